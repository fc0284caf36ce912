with cart_items as (

    select * from {{ ref('int_cart_items') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

scarce_products as (

    select products.*
    from products
    inner join as_of
        on products.stock_counted_at >= {{ add_minutes('as_of.as_of_ends_at', -24 * 60) }}
    inner join campaigns
        on
            campaigns.campaign_id = 'low_stock_cart'
            and products.on_hand between 1 and campaigns.stock_bound

),

triggers as (

    select
        cart_items.customer_id,
        cart_items.product_id,
        cart_items.carted_at,
        row_number() over (
            partition by cart_items.customer_id
            order by
                scarce_products.on_hand asc,
                cart_items.carted_at desc,
                cart_items.product_id asc
        ) as trigger_number
    from cart_items
    inner join scarce_products on cart_items.product_id = scarce_products.product_id

),

members as (

    select
        'low_stock_cart' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.carted_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
            'stock_left': money_text('products.on_hand'),
            'stock_counted_at': 'substr(cast(products.stock_counted_at as string), 1, 19)',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
