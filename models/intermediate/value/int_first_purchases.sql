with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

products as (

    select * from {{ ref('products') }}

),

customers as (

    select * from {{ ref('customers') }}

),

first_orders as (

    select
        customer_id,
        order_id,
        order_date
    from orders
    where order_number = 1

),

second_orders as (

    select
        customer_id,
        order_date
    from orders
    where order_number = 2

),

first_categories as (

    select
        first_orders.customer_id,
        coalesce(products.category, '(none)') as category,
        sum(order_items.net_revenue) as net_revenue
    from first_orders
    inner join order_items on first_orders.order_id = order_items.order_id
    left join products on order_items.product_id = products.product_id
    group by first_orders.customer_id, coalesce(products.category, '(none)')

),

ranked_categories as (

    select
        customer_id,
        category,
        row_number() over (
            partition by customer_id
            order by net_revenue desc, category asc
        ) as category_rank
    from first_categories

),

purchases as (

    select
        first_orders.customer_id,
        first_orders.order_date as first_ordered_on,
        coalesce(ranked_categories.category, '(none)') as first_category,
        coalesce(customers.acquisition_source, '(unknown)') as acquisition_source,
        {{ days_between('first_orders.order_date', 'second_orders.order_date') }}
            as days_to_second_order
    from first_orders
    inner join customers on first_orders.customer_id = customers.customer_id
    left join second_orders on first_orders.customer_id = second_orders.customer_id
    left join ranked_categories
        on
            first_orders.customer_id = ranked_categories.customer_id
            and ranked_categories.category_rank = 1

)

select * from purchases
