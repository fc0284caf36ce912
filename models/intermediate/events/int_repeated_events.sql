{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='event_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('event_date') }}",
) }}

with delivered as (

    select * from {{ ref('int_delivered_events') }}
    {% if is_incremental() -%}
    where event_date >= {{ first_day_read() }}
    {%- endif %}

),

-- numbers are counted faster than text; an event that only shares its number falls out below.
-- Not from `delivered`: of a CTE that is read twice DuckDB keeps all rows with all their columns
suspects as (

    select {{ quick_hash('event_id') }} as event_hash
    from {{ ref('int_delivered_events') }}
    {% if is_incremental() -%}
    where event_date >= {{ first_day_read() }}
    {%- endif %}
    group by {{ quick_hash('event_id') }}
    having count(*) > 1

),

ranked as (

    select
        delivered.*,
        count(*) over (partition by delivered.event_id) as copy_count,
        min(delivered.event_date) over (partition by delivered.event_id) as first_copy_date,
        max(delivered.event_date) over (partition by delivered.event_id) as last_copy_date,
        row_number() over (
            partition by delivered.event_id
            order by
                {% if var('as_of') -%}
                case
                    when delivered.received_at >= {{ day_begins_at(add_days("date '" ~ var('as_of') ~ "'", 1)) }}
                        then 1
                    else 0
                end asc,
                {% endif -%}
                delivered.received_at desc nulls last,
                delivered.occurred_at desc nulls last,
                delivered.event_name desc nulls last,
                delivered.anonymous_id desc nulls last,
                delivered.customer_id desc nulls last,
                delivered.product_id desc nulls last,
                delivered.engagement_seconds desc nulls last,
                delivered.platform desc nulls last,
                delivered.device_type desc nulls last,
                delivered.utm_source desc nulls last,
                delivered.utm_medium desc nulls last,
                delivered.utm_campaign desc nulls last,
                delivered.unreadable_count desc nulls last
        ) as copy_number
    from delivered
    inner join suspects on {{ quick_hash('delivered.event_id') }} = suspects.event_hash

),

newest as (

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
        cast(copy_count - 1 as int) as duplicate_count,
        first_copy_date,
        last_copy_date,
        event_date
    from ranked
    where copy_number = 1 and copy_count > 1

)

select * from newest
