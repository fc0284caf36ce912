{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='activity_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('activity_date') }}",
) }}

with slots as (

    select * from {{ ref('int_event_slots') }}

),

-- a visitor is a device; without one, the customer
visitor_slots as (

    select
        *,
        case when anonymous_id is null then 'customer_id' else 'anonymous_id' end
            as identifier_type,
        coalesce(anonymous_id, customer_id) as identifier
    from slots
    where
        coalesce(anonymous_id, customer_id) is not null
        and event_date >= {{ first_day_read() if is_incremental() else "date '0001-01-01'" }}

),

open_sessions as (

    {% if is_incremental() -%}
    select
        identifier_type,
        identifier,
        max(last_event_at) as last_event_at,
        max(session_started_at) as session_started_at
    from {{ this }}
    where
        activity_date < {{ first_day_read() }}
        and last_event_at >= {{ add_minutes(day_begins_at(first_day_read()), -1 * var('session_gap_minutes') | int) }}
    group by identifier_type, identifier
    {%- else -%}
    {{ no_rows({
        'identifier_type': 'string', 'identifier': 'string',
        'last_event_at': 'timestamp', 'session_started_at': 'timestamp',
    }) }}
    {%- endif %}

),

{{ sessions_by_day(['identifier_type', 'identifier']) }}

select * from session_days
