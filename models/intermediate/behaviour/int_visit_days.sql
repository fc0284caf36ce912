{{ config(materialized='view') }}

with session_days as (

    select * from {{ ref('int_session_days') }}

),

visiting as (

    select
        customer_id,
        activity_date,
        min(first_event_at) as first_event_at,
        cast(sum(event_count) as bigint) as event_count,
        count(*) as session_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(cart_add_count) as bigint) as cart_add_count,
        cast(sum(wishlist_add_count) as bigint) as wishlist_add_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(engagement_seconds) as decimal(18, 4)) as engagement_seconds,
        min(first_sign_up_at) as first_sign_up_at,
        min(first_cart_add_at) as first_cart_add_at,
        min(first_wishlist_add_at) as first_wishlist_add_at,
        min(first_share_at) as first_share_at,
        {{ first_three_aggregates('product_view_at') }}
    from session_days
    where customer_id is not null
    group by customer_id, activity_date

),

visited as (

    select
        customer_id,
        activity_date,
        first_event_at,
        event_count,
        session_count,
        product_view_count,
        cart_add_count,
        wishlist_add_count,
        purchase_count,
        engagement_seconds,
        first_sign_up_at,
        first_cart_add_at,
        first_wishlist_add_at,
        first_share_at,
        {{ first_three('product_view_at') }}
    from visiting

)

select * from visited
