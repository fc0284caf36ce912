with session_days as (

    select * from {{ ref('int_session_days') }}

),

identities as (

    select * from {{ ref('int_identities') }}

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

visited as (

    select
        visiting.*,
        viewing.first_product_view_at,
        viewing.second_product_view_at,
        viewing.third_product_view_at
    from visiting
    left join viewing
        on
            visiting.customer_id = viewing.customer_id
            and visiting.activity_date = viewing.activity_date

)

select * from visited
