{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='event_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('event_date') }}",
) }}

with events as (

    select * from {{ ref('stg_events') }}

),

{% if is_incremental() -%}
read_now as (

    select event_id
    from events
    where file in ({{ files_read() }})

),

-- an event that is kept under an earlier day stays there until all is read again; the few that
-- are read now are looked for among the many, so that the few alone are held in memory
kept_earlier as (

    select distinct event_id
    from {{ this }}
    where
        event_date < {{ first_day_read() }}
        and event_id in (select read_now.event_id from read_now)

),

{% endif -%}

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
        and event_id not in (select kept_earlier.event_id from kept_earlier)
    {%- endif %}

)

select * from delivered
