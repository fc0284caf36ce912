with events as (

    select * from {{ ref('stg_events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

device_owners as (

    select * from {{ ref('int_device_owners') }}

),

shared_devices as (

    select anonymous_id
    from device_owners
    where is_shared

),

visitor_events as (

    select
        events.*,
        events.customer_id is not null
        and (events.anonymous_id is null or shared_devices.anonymous_id is not null)
            as is_known_by_customer
    from events
    inner join as_of on events.occurred_at < as_of.as_of_ends_at
    left join shared_devices on events.anonymous_id = shared_devices.anonymous_id
    where events.anonymous_id is not null or events.customer_id is not null

),

-- a visitor is a device; without one, or on a shared one, the customer
visitors as (

    select
        *,
        case when is_known_by_customer then 'customer_id' else 'anonymous_id' end
            as identifier_type,
        case when is_known_by_customer then customer_id else anonymous_id end as identifier
    from visitor_events

),

gapped as (

    select
        *,
        lag(occurred_at) over (
            partition by anonymous_id, identifier_type, identifier
            order by occurred_at, event_id
        ) as previous_at
    from visitors

),

started as (

    select
        *,
        case
            when previous_at is null then 1
            when occurred_at > {{ add_minutes('previous_at', var('session_gap_minutes')) }} then 1
            else 0
        end as is_session_start
    from gapped

),

numbered as (

    select
        *,
        sum(is_session_start) over (
            partition by anonymous_id, identifier_type, identifier
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_number
    from started

),

grouped as (

    select
        anonymous_id,
        identifier_type,
        identifier,
        cast(session_number as bigint) as session_number,
        event_date as activity_date,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at,
        count(*) as event_count,
        {{ count_events('view_item') }} as product_view_count,
        {{ count_events('add_to_cart') }} as cart_add_count,
        {{ count_events('add_to_wishlist') }} as wishlist_add_count,
        {{ count_events('purchase') }} as purchase_count,
        cast(coalesce(sum(engagement_seconds), 0) as decimal(18, 4)) as engagement_seconds,
        {{ first_event('sign_up') }} as first_sign_up_at,
        {{ first_event('add_to_cart') }} as first_cart_add_at,
        {{ first_event('add_to_wishlist') }} as first_wishlist_add_at,
        {{ first_event('share') }} as first_share_at,
        {{ first_event('view_item') }} as first_product_view_at,
        {{ nth_event('view_item', 2) }} as second_product_view_at,
        {{ nth_event('view_item', 3) }} as third_product_view_at,
        max(case when is_session_start = 1 then utm_source end) as utm_source,
        max(case when is_session_start = 1 then utm_medium end) as utm_medium,
        max(case when is_session_start = 1 then utm_campaign end) as utm_campaign,
        max(case when is_session_start = 1 then device_type end) as device_type,
        max(case when is_session_start = 1 then platform end) as platform
    from numbered
    group by anonymous_id, identifier_type, identifier, session_number, event_date

)

select * from grouped
