{#- What makes two deliveries of an event the same. -#}
{%- set contents = [
    'anonymous_id', 'customer_id', 'product_id', 'event_name', 'platform', 'device_type',
    'utm_source', 'utm_medium', 'utm_campaign', 'engagement_seconds', 'occurred_at',
] -%}

with events as (

    select * from {{ ref('stg_events') }}

),

event_files as (

    select * from {{ ref('stg_event_files') }}

),

postponed_before as (

    select * from {{ ref('stg_postponed_events') }}

),

read_now as (

    select
        events.event_id,
        {%- for column in contents %}
        events.{{ column }},
        {%- endfor %}
        events.file,
        events.event_date,
        event_files.is_new
    from events
    inner join event_files on events.file = event_files.file
    where
        {{ event_window().is_continued | lower }}
        and events.file in ({{ files_read() }})

),

taken as (

    select distinct event_id
    from {{ ref('int_delivered_events') }}
    where event_date >= {{ first_day_read() }}

),

-- too late for the days that are kept, or kept under an earlier day
left_out as (

    select read_now.*
    from read_now
    left join taken on read_now.event_id = taken.event_id
    where
        (read_now.is_new and read_now.event_date < {{ first_day_read() }})
        or (read_now.event_date >= {{ first_day_read() }} and taken.event_id is null)

),

-- the few are looked for among the many, so that the few alone are held in memory; all that is
-- kept has no name above, since DuckDB copies what is read twice under one name
kept as (

    select distinct
        {%- for column in contents %}
        {{ column }},
        {%- endfor %}
        event_id
    from {{ ref('int_delivered_events') }}
    where event_id in (select left_out.event_id from left_out)

),

postponed_now as (

    select
        left_out.event_id,
        left_out.file,
        left_out.event_date,
        kept.event_id is not null as is_copy
    from left_out
    left join kept
        on
            left_out.event_id = kept.event_id
            {%- for column in contents %}
            and left_out.{{ column }} is not distinct from kept.{{ column }}
            {%- endfor %}

),

final as (

    select * from postponed_before
    union all
    select * from postponed_now

)

select * from final
