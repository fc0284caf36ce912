with stock_waits as (

    select * from {{ ref('int_stock_waits') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

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
    left join product_purchases
        on
            stock_waits.customer_id = product_purchases.customer_id
            and stock_waits.product_id = product_purchases.product_id
    where
        product_purchases.last_ordered_at is null
        or product_purchases.last_ordered_at < stock_waits.wanted_at

),

members as (

    select
        'back_in_stock' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.back_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
