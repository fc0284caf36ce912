with product_days as (

    select * from {{ ref('int_product_days') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

sessions as (

    select * from {{ ref('sessions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

carts as (

    select
        product_days.customer_id,
        product_days.product_id,
        max(product_days.last_cart_add_at) as carted_at,
        max(product_days.last_cart_remove_at) as removed_at
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -1 * interest_days()) }}
    group by product_days.customer_id, product_days.product_id

),

kept as (

    select
        customer_id,
        product_id,
        carted_at
    from carts
    where carted_at is not null and (removed_at is null or removed_at < carted_at)

),

last_orders as (

    select
        customer_id,
        max(last_ordered_at) as ordered_at
    from product_purchases
    group by customer_id

),

purchase_visits as (

    select
        customer_id,
        max(ended_at) as bought_at
    from sessions
    where purchase_count > 0 and customer_id is not null
    group by customer_id

),

-- a purchase whose order has not arrived may be of anything in the cart
in_cart as (

    select kept.*
    from kept
    left join product_purchases
        on
            kept.customer_id = product_purchases.customer_id
            and kept.product_id = product_purchases.product_id
    left join last_orders on kept.customer_id = last_orders.customer_id
    left join purchase_visits on kept.customer_id = purchase_visits.customer_id
    where
        (
            product_purchases.last_ordered_at is null
            or product_purchases.last_ordered_at < kept.carted_at
        )
        and (
            purchase_visits.bought_at is null
            or purchase_visits.bought_at < kept.carted_at
            or last_orders.ordered_at >= kept.carted_at
        )

)

select * from in_cart
