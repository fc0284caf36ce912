with session_days as (

    select * from {{ ref('int_session_days') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

orders as (

    select * from {{ ref('orders') }}

),

visits as (

    select
        identities.customer_id,
        session_days.*
    from session_days
    inner join identities
        on
            session_days.identifier = identities.identifier
            and session_days.identifier_type = identities.identifier_type
    where identities.customer_id is not null

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
        min(first_share_at) as first_share_at
    from visits
    group by customer_id, activity_date

),

-- of each visit at most three views: the first three of the day are among them
viewed as (

    select
        customer_id,
        activity_date,
        first_product_view_at as viewed_at
    from visits
    where first_product_view_at is not null
    union all
    select
        customer_id,
        activity_date,
        second_product_view_at as viewed_at
    from visits
    where second_product_view_at is not null
    union all
    select
        customer_id,
        activity_date,
        third_product_view_at as viewed_at
    from visits
    where third_product_view_at is not null

),

viewing as (

    select
        customer_id,
        activity_date,
        {{ nth_smallest('viewed_at', 1) }} as first_product_view_at,
        {{ nth_smallest('viewed_at', 2) }} as second_product_view_at,
        {{ nth_smallest('viewed_at', 3) }} as third_product_view_at
    from viewed
    group by customer_id, activity_date

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
        coalesce(visiting.customer_id, ordering.customer_id) as customer_id,
        coalesce(visiting.activity_date, ordering.activity_date) as activity_date,
        least(
            coalesce(visiting.first_event_at, ordering.first_ordered_at),
            coalesce(ordering.first_ordered_at, visiting.first_event_at)
        ) as first_activity_at,
        coalesce(visiting.event_count, 0) as event_count,
        coalesce(visiting.session_count, 0) as session_count,
        coalesce(visiting.product_view_count, 0) as product_view_count,
        coalesce(visiting.cart_add_count, 0) as cart_add_count,
        coalesce(visiting.wishlist_add_count, 0) as wishlist_add_count,
        coalesce(visiting.purchase_count, 0) as purchase_count,
        cast(coalesce(visiting.engagement_seconds, 0) as decimal(18, 4)) as engagement_seconds,
        coalesce(ordering.order_count, 0) as order_count,
        visiting.first_sign_up_at,
        visiting.first_cart_add_at,
        visiting.first_wishlist_add_at,
        visiting.first_share_at
    from visiting
    full outer join ordering
        on
            visiting.customer_id = ordering.customer_id
            and visiting.activity_date = ordering.activity_date

),

final as (

    select
        active_days.*,
        viewing.first_product_view_at,
        viewing.second_product_view_at,
        viewing.third_product_view_at
    from active_days
    left join viewing
        on
            active_days.customer_id = viewing.customer_id
            and active_days.activity_date = viewing.activity_date

)

select * from final
