with customers as (

    select * from {{ ref('stg_customers') }}

),

orders as (

    select * from {{ ref('int_orders_converted') }}

),

event_identifiers as (

    select * from {{ ref('int_event_identifiers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known_customers as (

    select customers.*
    from customers
    inner join as_of
        on customers.signed_up_at < as_of.as_of_ends_at or customers.signed_up_at is null

),

known_orders as (

    select orders.*
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    where orders.raw_customer_id is not null and orders.rate is not null

),

ordering as (

    select
        raw_customer_id as customer_id,
        min(ordered_at) as first_ordered_at,
        bool_and(is_guest_order) as is_guest
    from known_orders
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

    select customer_id from known_customers
    union
    select customer_id from ordering
    union
    select customer_id from visiting

),

recorded as (

    select
        identifiers.customer_id,
        known_customers.customer_id is not null as is_in_customers,
        coalesce(ordering.is_guest, false) as is_guest,
        known_customers.signed_up_at,
        ordering.first_ordered_at,
        visiting.first_event_at,
        least(
            coalesce(known_customers.signed_up_at, ordering.first_ordered_at),
            coalesce(ordering.first_ordered_at, known_customers.signed_up_at)
        ) as first_known_at
    from identifiers
    left join known_customers on identifiers.customer_id = known_customers.customer_id
    left join ordering on identifiers.customer_id = ordering.customer_id
    left join visiting on identifiers.customer_id = visiting.customer_id

)

select * from recorded
