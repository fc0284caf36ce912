with orders as (

    select * from {{ ref('int_orders_converted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select orders.*
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    where orders.rate is not null

)

select * from known
