{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='event_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('event_date') }}",
) }}

with events as (

    select * from {{ ref('stg_events') }}

),

delivered as (

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
        received_at,
        coalesce(received_at > {{ late_after('occurred_at') }}, false) as is_late,
        file,
        unreadable_count,
        event_date
    from events
    {% if is_incremental() -%}
    where
        file in ({{ files_read() }})
        and event_date >= {{ first_day_read() }}
        -- an event that is kept under an earlier day stays there until all is read again
        and event_id not in (
            select kept.event_id
            from {{ this }} as kept
            where kept.event_date < {{ first_day_read() }}
        )
    {%- endif %}

)

select * from delivered
