{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='event_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('event_date') }}",
    meta={'follows': 'events'},
) }}

with events as (

    select * from {{ ref('int_events') }}

),

grouped as (

    select
        anonymous_id,
        customer_id,
        min(occurred_at) as first_event_at,
        event_date
    from events
    where
        coalesce(anonymous_id, customer_id) is not null
        and event_date >= {{ first_day_read() if is_incremental() else "date '0001-01-01'" }}
    group by anonymous_id, customer_id, event_date

)

select * from grouped
