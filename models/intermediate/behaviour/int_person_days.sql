{{ config(materialized='view') }}

with visit_days as (

    select * from {{ ref('int_visit_days') }}

),

orders as (

    select * from {{ ref('orders') }}

),

ordering as (

    select
        customer_id,
        order_date as activity_date,
        min(ordered_at) as first_ordered_at,
        count(*) as order_count
    from orders
    where customer_id is not null
    group by customer_id, order_date

),

active_days as (

    select
        coalesce(visit_days.customer_id, ordering.customer_id) as customer_id,
        coalesce(visit_days.activity_date, ordering.activity_date) as activity_date,
        least(
            coalesce(visit_days.first_event_at, ordering.first_ordered_at),
            coalesce(ordering.first_ordered_at, visit_days.first_event_at)
        ) as first_activity_at,
        coalesce(visit_days.event_count, 0) as event_count,
        coalesce(visit_days.session_count, 0) as session_count,
        coalesce(visit_days.product_view_count, 0) as product_view_count,
        coalesce(visit_days.cart_add_count, 0) as cart_add_count,
        coalesce(visit_days.wishlist_add_count, 0) as wishlist_add_count,
        coalesce(visit_days.purchase_count, 0) as purchase_count,
        cast(coalesce(visit_days.engagement_seconds, 0) as decimal(18, 4)) as engagement_seconds,
        coalesce(ordering.order_count, 0) as order_count,
        visit_days.first_sign_up_at,
        visit_days.first_cart_add_at,
        visit_days.first_wishlist_add_at,
        visit_days.first_share_at,
        visit_days.first_product_view_at,
        visit_days.second_product_view_at,
        visit_days.third_product_view_at
    from visit_days
    full outer join ordering
        on
            visit_days.customer_id = ordering.customer_id
            and visit_days.activity_date = ordering.activity_date

)

select * from active_days
