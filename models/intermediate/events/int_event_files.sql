-- depends_on: {{ ref('stg_rejected_rows') }}
-- depends_on: {{ ref('int_repeated_events') }}
-- depends_on: {{ ref('int_event_slots') }}
-- depends_on: {{ ref('int_device_session_days') }}
-- depends_on: {{ ref('int_visitor_product_days') }}

{% if notes_event_files() -%}

with event_files as (

    select * from {{ ref('stg_event_files') }}

),

delivered as (

    select * from {{ ref('int_delivered_events') }}

),

postponed as (

    select * from {{ ref('int_postponed_events') }}

),

arrived as (

    select
        file,
        event_date
    from delivered
    where event_date >= {{ first_day_read() }}
    union all
    select
        file,
        event_date
    from postponed

),

spans as (

    select
        file,
        min(event_date) as first_date,
        max(event_date) as last_date
    from arrived
    group by file

),

final as (

    select
        event_files.file,
        event_files.size_bytes,
        event_files.modified_at,
        case when event_files.is_new then spans.first_date else event_files.first_date end
            as first_date,
        case when event_files.is_new then spans.last_date else event_files.last_date end
            as last_date,
        '{{ event_window().settings }}' as settings,
        cast(nullif('{{ var("as_of") }}', '') as date) as as_of_date
    from event_files
    left join spans on event_files.file = spans.file

)

select * from final

{%- else -%}

select * from {{ landing_relation('event_register') }}

{%- endif %}
