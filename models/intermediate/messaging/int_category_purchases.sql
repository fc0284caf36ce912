with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

products as (

    select * from {{ ref('products') }}

),

purchases as (

    select
        orders.customer_id,
        products.category,
        max(orders.order_date) as last_ordered_on
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    inner join products on order_items.product_id = products.product_id
    where
        orders.is_valid
        and orders.customer_id is not null
        and products.category is not null
    group by orders.customer_id, products.category

)

select * from purchases
