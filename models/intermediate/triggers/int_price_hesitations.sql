with product_days as (

    select * from {{ ref('int_product_days') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

orders as (

    select * from {{ ref('orders') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

coupon_buyers as (

    select customer_id
    from orders
    where is_valid and customer_id is not null
    group by customer_id
    having count(*) >= 2 and 2 * count(coupon_code) > count(*)

),

views as (

    select
        product_days.customer_id,
        product_days.product_id,
        cast(sum(product_days.view_count) as bigint) as view_count,
        cast(sum(product_days.view_seconds) as decimal(18, 4)) as view_seconds,
        max(product_days.last_view_at) as last_viewed_at
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -14) }}
    group by product_days.customer_id, product_days.product_id

),

hesitations as (

    select
        views.*,
        products.current_price as price
    from views
    inner join coupon_buyers on views.customer_id = coupon_buyers.customer_id
    inner join products on views.product_id = products.product_id
    left join product_purchases
        on
            views.customer_id = product_purchases.customer_id
            and views.product_id = product_purchases.product_id
    where
        (views.view_count >= 4 or views.view_seconds >= 120)
        and product_purchases.product_id is null
        and coalesce(products.is_in_stock, true)

)

select * from hesitations
