with product_days as (

    select * from {{ ref('int_product_days') }}

),

cart_items as (

    select * from {{ ref('int_cart_items') }}

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

as_of as (

    select * from {{ ref('int_as_of') }}

),

recent_views as (

    select
        product_days.customer_id,
        product_days.product_id,
        sum(product_days.view_count) as view_count,
        sum(product_days.cart_add_count) as cart_add_count,
        max(product_days.last_view_at) as last_viewed_at
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -7) }}
    group by product_days.customer_id, product_days.product_id

),

triggers as (

    select
        recent_views.customer_id,
        recent_views.product_id,
        recent_views.last_viewed_at,
        row_number() over (
            partition by recent_views.customer_id
            order by
                recent_views.view_count desc,
                recent_views.last_viewed_at desc,
                recent_views.product_id asc
        ) as trigger_number
    from recent_views
    left join products on recent_views.product_id = products.product_id
    left join cart_items
        on
            recent_views.customer_id = cart_items.customer_id
            and recent_views.product_id = cart_items.product_id
    left join product_purchases
        on
            recent_views.customer_id = product_purchases.customer_id
            and recent_views.product_id = product_purchases.product_id
    where
        recent_views.view_count >= 3
        and recent_views.cart_add_count = 0
        and cart_items.product_id is null
        and product_purchases.product_id is null
        and coalesce(products.is_in_stock, true)

),

members as (

    select
        'browse_abandonment' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.last_viewed_at as triggered_at,
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
