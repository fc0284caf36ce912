with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

product_pairs as (

    select * from {{ ref('int_product_pairs') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

recent_orders as (

    select
        orders.customer_id,
        orders.order_id,
        orders.ordered_at,
        row_number() over (
            partition by orders.customer_id
            order by orders.ordered_at desc, orders.order_id desc
        ) as age_rank
    from orders
    inner join as_of on orders.order_date > {{ add_days('as_of.as_of_date', -14) }}
    where orders.is_valid and orders.customer_id is not null

),

last_baskets as (

    select distinct
        recent_orders.customer_id,
        recent_orders.order_id,
        recent_orders.ordered_at,
        order_items.product_id
    from recent_orders
    inner join order_items on recent_orders.order_id = order_items.order_id
    where recent_orders.age_rank = 1

),

candidates as (

    select
        last_baskets.customer_id,
        last_baskets.order_id,
        last_baskets.ordered_at,
        last_baskets.product_id as bought_product_id,
        product_pairs.paired_product_id as product_id,
        product_pairs.order_count
    from last_baskets
    inner join product_pairs on last_baskets.product_id = product_pairs.product_id
    inner join products
        on product_pairs.paired_product_id = products.product_id and products.is_in_stock
    left join product_purchases
        on
            last_baskets.customer_id = product_purchases.customer_id
            and product_pairs.paired_product_id = product_purchases.product_id
    where
        product_purchases.product_id is null
        or (
            products.is_consumable
            and product_purchases.last_ordered_at < last_baskets.ordered_at
        )

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by order_count desc, product_id asc, bought_product_id asc
        ) as place
    from candidates

),

recommendations as (

    select
        customer_id,
        product_id,
        order_count,
        order_id,
        ordered_at,
        bought_product_id
    from ranked
    where place = 1

)

select * from recommendations
