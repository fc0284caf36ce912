with stock_waits as (

    select * from {{ ref('int_stock_waits') }}

),

orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

),

campaign_reach as (

    select * from {{ ref('int_campaign_reach') }}

),

last_purchases as (

    select
        orders.customer_id,
        order_items.product_id,
        max(orders.ordered_at) as bought_at
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    where orders.status <> 'cancelled' and orders.customer_id is not null
    group by orders.customer_id, order_items.product_id

),

triggers as (

    select
        stock_waits.customer_id,
        stock_waits.product_id,
        stock_waits.back_at,
        row_number() over (
            partition by stock_waits.customer_id
            order by stock_waits.back_at desc, stock_waits.product_id asc
        ) as trigger_number
    from stock_waits
    inner join products
        on stock_waits.product_id = products.product_id and products.is_in_stock
    left join last_purchases
        on
            stock_waits.customer_id = last_purchases.customer_id
            and stock_waits.product_id = last_purchases.product_id
    where last_purchases.bought_at is null or last_purchases.bought_at < stock_waits.wanted_at

),

members as (

    select
        campaign_reach.campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.back_at as triggered_at,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
        }) }} as variables
    from triggers
    inner join campaign_reach
        on
            triggers.customer_id = campaign_reach.customer_id
            and campaign_reach.campaign_id = 'back_in_stock'
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
