with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

lines as (

    select
        orders.customer_id,
        order_items.product_id,
        orders.ordered_at,
        case when orders.is_valid then orders.order_id end as valid_order_id,
        case when orders.is_valid then orders.ordered_at end as bought_at,
        case when orders.is_valid then orders.order_date end as bought_on
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    where orders.status <> 'cancelled' and orders.customer_id is not null

),

purchases as (

    select
        customer_id,
        product_id,
        count(distinct valid_order_id) as order_count,
        min(bought_at) as first_bought_at,
        max(bought_at) as last_bought_at,
        max(bought_on) as last_bought_on,
        max(ordered_at) as last_ordered_at
    from lines
    group by customer_id, product_id

)

select * from purchases
