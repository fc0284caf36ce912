{%- set moments = row_moments('staged') -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

{% for table_name, moment in moments.items() | sort -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        min({{ moment }}) as first_at,
        max({{ moment }}) as newest_at
    from {{ ref('int_events' if table_name == 'events' else 'stg_' ~ table_name) }} as staged
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
