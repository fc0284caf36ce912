{%- set moments = row_moments('staged') -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

events as (

    select
        'events' as table_name,
        min(event_slots.first_event_at) as first_at,
        max(event_slots.last_event_at) as newest_at
    from {{ ref('int_event_slots') }} as event_slots
    inner join as_of on event_slots.event_date <= as_of.as_of_date

),

{% for table_name, moment in moments.items() | sort if table_name != 'events' -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        min({{ moment }}) as first_at,
        max({{ moment }}) as newest_at
    from {{ ref('stg_' ~ table_name) }} as staged
    cross join as_of
    where {{ moment }} < as_of.as_of_ends_at

),

{% endfor -%}

spans as (

    {% for table_name, moment in moments.items() | sort -%}
    select * from {{ table_name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (

    select
        table_name,
        first_at,
        newest_at,
        {{ local_date('first_at') }} as first_date,
        {{ local_date('newest_at') }} as newest_date
    from spans
    where newest_at is not null

)

select * from final
