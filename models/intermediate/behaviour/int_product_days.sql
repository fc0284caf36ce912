with events as (

    select * from {{ ref('stg_events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

product_events as (

    select
        case when events.customer_id is not null then 'customer_id' else 'anonymous_id' end
            as identifier_type,
        coalesce(events.customer_id, events.anonymous_id) as identifier,
        events.product_id,
        events.event_date as activity_date,
        events.event_name,
        events.occurred_at,
        events.engagement_seconds
    from events
    inner join as_of on events.occurred_at < as_of.as_of_ends_at
    where
        events.product_id is not null
        and events.event_name in ('view_item', 'add_to_cart', 'remove_from_cart', 'add_to_wishlist')

),

rolled_up as (

    select
        identifier_type,
        identifier,
        product_id,
        activity_date,
        {{ count_events('view_item') }} as view_count,
        {{ first_event('view_item') }} as first_view_at,
        {{ last_event('view_item') }} as last_view_at,
        sum(case when event_name = 'view_item' then engagement_seconds end) as view_seconds,
        {{ count_events('add_to_cart') }} as cart_add_count,
        {{ last_event('add_to_cart') }} as last_cart_add_at,
        {{ last_event('remove_from_cart') }} as last_cart_remove_at,
        {{ count_events('add_to_wishlist') }} as wishlist_add_count,
        {{ last_event('add_to_wishlist') }} as last_wishlist_add_at
    from product_events
    group by identifier_type, identifier, product_id, activity_date

),

grouped as (

    select
        identities.customer_id,
        rolled_up.product_id,
        rolled_up.activity_date,
        cast(sum(rolled_up.view_count) as bigint) as view_count,
        min(rolled_up.first_view_at) as first_view_at,
        max(rolled_up.last_view_at) as last_view_at,
        cast(coalesce(sum(rolled_up.view_seconds), 0) as decimal(18, 4)) as view_seconds,
        cast(sum(rolled_up.cart_add_count) as bigint) as cart_add_count,
        max(rolled_up.last_cart_add_at) as last_cart_add_at,
        max(rolled_up.last_cart_remove_at) as last_cart_remove_at,
        cast(sum(rolled_up.wishlist_add_count) as bigint) as wishlist_add_count,
        max(rolled_up.last_wishlist_add_at) as last_wishlist_add_at
    from rolled_up
    inner join identities
        on
            rolled_up.identifier = identities.identifier
            and rolled_up.identifier_type = identities.identifier_type
    where identities.customer_id is not null
    group by identities.customer_id, rolled_up.product_id, rolled_up.activity_date

)

select * from grouped
