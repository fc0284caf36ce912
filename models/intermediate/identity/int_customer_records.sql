with customers as (

    select * from {{ ref('int_known_customers') }}

),

orders as (

    select * from {{ ref('int_known_orders') }}

),

event_identifiers as (

    select * from {{ ref('int_event_identifiers') }}

),

ordering as (

    select
        raw_customer_id as customer_id,
        min(ordered_at) as first_ordered_at,
        bool_and(is_guest_order) as is_guest
    from orders
    where raw_customer_id is not null
    group by raw_customer_id

),

visiting as (

    select
        customer_id,
        min(first_event_at) as first_event_at
    from event_identifiers
    where customer_id is not null
    group by customer_id

),

identifiers as (

    select customer_id from customers
    union
    select customer_id from ordering
    union
    select customer_id from visiting

),

recorded as (

    select
        identifiers.customer_id,
        customers.customer_id is not null as is_in_customers,
        coalesce(ordering.is_guest, false) as is_guest,
        customers.signed_up_at,
        ordering.first_ordered_at,
        visiting.first_event_at,
        least(
            coalesce(customers.signed_up_at, ordering.first_ordered_at),
            coalesce(ordering.first_ordered_at, customers.signed_up_at)
        ) as first_known_at
    from identifiers
    left join customers on identifiers.customer_id = customers.customer_id
    left join ordering on identifiers.customer_id = ordering.customer_id
    left join visiting on identifiers.customer_id = visiting.customer_id

)

select * from recorded
