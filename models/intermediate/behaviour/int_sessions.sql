{{ config(materialized='view') }}

with session_days as (

    select * from {{ ref('int_session_days') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

merged as (

    select
        anonymous_id,
        identifier_type,
        identifier,
        session_started_at as started_at,
        max(last_event_at) as ended_at,
        min(activity_date) as session_date,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(cart_add_count) as bigint) as cart_add_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(engagement_seconds) as decimal(18, 4)) as engagement_seconds,
        -- only the day on which a session starts has these
        max(utm_source) as utm_source,
        max(utm_medium) as utm_medium,
        max(utm_campaign) as utm_campaign,
        max(device_type) as device_type,
        max(platform) as platform
    from session_days
    group by anonymous_id, identifier_type, identifier, session_started_at

),

identified as (

    select
        merged.*,
        md5(
            coalesce(merged.anonymous_id, '')
            || '|' || merged.identifier_type
            || '|' || merged.identifier
            || '|' || cast({{ epoch_microseconds('merged.started_at') }} as string)
        ) as session_id,
        identities.customer_id
    from merged
    left join identities
        on
            merged.identifier = identities.identifier
            and merged.identifier_type = identities.identifier_type

)

select * from identified
