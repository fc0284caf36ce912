with orders as (

    select * from {{ ref('int_orders_converted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- of a till, or a placeholder that many type
shared as (

    select orders.email
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    where orders.is_guest_order and orders.email is not null and orders.rate is not null
    group by orders.email
    having count(distinct orders.phone_e164) > {{ var('max_customers_per_contact') }}

)

select * from shared
