with visitor_product_days as (

    select * from {{ ref('int_visitor_product_days') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

grouped as (

    select
        identities.customer_id,
        visitor_product_days.product_id,
        visitor_product_days.activity_date,
        cast(sum(visitor_product_days.view_count) as bigint) as view_count,
        min(visitor_product_days.first_view_at) as first_view_at,
        max(visitor_product_days.last_view_at) as last_view_at,
        cast(coalesce(sum(visitor_product_days.view_seconds), 0) as decimal(18, 4)) as view_seconds,
        cast(sum(visitor_product_days.cart_add_count) as bigint) as cart_add_count,
        max(visitor_product_days.last_cart_add_at) as last_cart_add_at,
        max(visitor_product_days.last_cart_remove_at) as last_cart_remove_at,
        cast(sum(visitor_product_days.wishlist_add_count) as bigint) as wishlist_add_count,
        max(visitor_product_days.last_wishlist_add_at) as last_wishlist_add_at
    from visitor_product_days
    inner join identities
        on
            visitor_product_days.identifier = identities.identifier
            and visitor_product_days.identifier_type = identities.identifier_type
    where identities.customer_id is not null
    group by
        identities.customer_id,
        visitor_product_days.product_id,
        visitor_product_days.activity_date

),

-- the days last: DuckDB does not know how many rows they leave, and would hash them all above
recent as (

    select grouped.*
    from grouped
    inner join as_of
        on
            grouped.activity_date <= as_of.as_of_date
            and grouped.activity_date > {{ add_days('as_of.as_of_date', -1 * interest_days()) }}

)

select * from recent
