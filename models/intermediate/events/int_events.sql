{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('int_delivered_events') }}

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

delivered_once as (

    select
        delivered.event_id,
        delivered.anonymous_id,
        delivered.customer_id,
        delivered.product_id,
        delivered.event_name,
        delivered.platform,
        delivered.device_type,
        delivered.utm_source,
        delivered.utm_medium,
        delivered.utm_campaign,
        delivered.engagement_seconds,
        delivered.occurred_at,
        delivered.is_late,
        delivered.unreadable_count,
        cast(0 as int) as duplicate_count,
        delivered.event_date
    from delivered
    left join repeated on delivered.event_id = repeated.event_id
    where repeated.event_id is null

),

final as (

    select * from delivered_once
    union all
    select
        event_id,
        anonymous_id,
        customer_id,
        product_id,
        event_name,
        platform,
        device_type,
        utm_source,
        utm_medium,
        utm_campaign,
        engagement_seconds,
        occurred_at,
        is_late,
        unreadable_count,
        duplicate_count,
        event_date
    from repeated

)

select * from final
