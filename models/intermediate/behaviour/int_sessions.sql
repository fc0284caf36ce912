{{ config(materialized='view') }}

-- a session has one row on the day on which it starts; few have more
with first_days as (

    select * from {{ ref('int_session_days') }}
    where first_event_at = session_started_at

),

later_days as (

    select * from {{ ref('int_session_days') }}
    where first_event_at > session_started_at

),

later as (

    select
        coalesce(anonymous_id, '') as device,
        identifier_type,
        identifier,
        session_started_at,
        max(last_event_at) as last_event_at,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(cart_add_count) as bigint) as cart_add_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        sum(engagement_seconds) as engagement_seconds
    from later_days
    group by coalesce(anonymous_id, ''), identifier_type, identifier, session_started_at

),

merged as (

    select
        first_days.anonymous_id,
        first_days.identifier_type,
        first_days.identifier,
        first_days.customer_id,
        first_days.session_started_at as started_at,
        coalesce(later.last_event_at, first_days.last_event_at) as ended_at,
        first_days.activity_date as session_date,
        {% set sums = ['event_count', 'product_view_count', 'cart_add_count', 'purchase_count'] -%}
        {% for column in sums -%}
        first_days.{{ column }} + coalesce(later.{{ column }}, 0) as {{ column }},
        {% endfor -%}
        cast(
            first_days.engagement_seconds + coalesce(later.engagement_seconds, 0)
            as decimal(18, 4)
        ) as engagement_seconds,
        first_days.utm_source,
        first_days.utm_medium,
        first_days.utm_campaign,
        first_days.device_type,
        first_days.platform
    from first_days
    left join later
        on
            coalesce(first_days.anonymous_id, '') = later.device
            and first_days.identifier_type = later.identifier_type
            and first_days.identifier = later.identifier
            and first_days.session_started_at = later.session_started_at

),

identified as (

    select
        *,
        md5(
            coalesce(anonymous_id, '')
            || '|' || identifier_type
            || '|' || identifier
            || '|' || cast({{ epoch_microseconds('started_at') }} as string)
        ) as session_id
    from merged

)

select * from identified
