with cart_items as (

    select * from {{ ref('int_cart_items') }}

),

orders as (

    select * from {{ ref('orders') }}

),

sessions as (

    select * from {{ ref('sessions') }}

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

abandoned as (

    select cart_items.*
    from cart_items
    inner join as_of
        on
            cart_items.carted_at >= {{ add_minutes('as_of.as_of_ends_at', -48 * 60) }}
            and cart_items.carted_at <= {{ add_minutes('as_of.as_of_ends_at', -60) }}

),

purchases as (

    select
        customer_id,
        ordered_at as bought_at
    from orders
    where status <> 'cancelled'
    union all
    select
        customer_id,
        ended_at as bought_at
    from sessions
    where purchase_count > 0

),

last_purchases as (

    select
        customer_id,
        max(bought_at) as bought_at
    from purchases
    where customer_id is not null
    group by customer_id

),

triggers as (

    select
        abandoned.customer_id,
        abandoned.product_id,
        abandoned.carted_at,
        row_number() over (
            partition by abandoned.customer_id
            order by abandoned.carted_at desc, abandoned.product_id asc
        ) as trigger_number
    from abandoned
    left join last_purchases on abandoned.customer_id = last_purchases.customer_id
    where last_purchases.bought_at is null or last_purchases.bought_at < abandoned.carted_at

),

members as (

    select
        'cart_abandonment' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.carted_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    left join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
