with customer_contacts as (

    select * from {{ ref('int_customer_contacts') }}

),

event_identifiers as (

    select * from {{ ref('int_event_identifiers') }}

),

device_owners as (

    select * from {{ ref('int_device_owners') }}

),

contact_links as (

    select
        customer_id,
        min(customer_id) over (partition by contact_type, contact) as linked_customer_id,
        contact_type as matched_by
    from customer_contacts
    where customer_count between 2 and {{ var('max_customers_per_contact') }}

),

device_links as (

    select
        event_identifiers.customer_id,
        device_owners.first_customer_id as linked_customer_id,
        'event' as matched_by
    from event_identifiers
    inner join device_owners on event_identifiers.anonymous_id = device_owners.anonymous_id
    where
        event_identifiers.customer_id is not null
        and device_owners.customer_count > 1
        and not device_owners.is_shared

),

links as (

    select * from contact_links
    where customer_id != linked_customer_id
    union
    select * from device_links
    where customer_id != linked_customer_id

)

select * from links
