{%- set dated_by = row_times() -%}
{%- set table_names = (dated_by.keys() | list + ['ad_spend', 'order_items']) | sort -%}
{%- set late_after = add_minutes('staged.occurred_at', var('late_days') * 24 * 60) -%}
{%- set also_counted = {
    'events': {
        'late': 'count(case when staged.received_at > ' ~ late_after ~ ' then 1 end)',
        'unidentified':
            'count(*) - count(coalesce(staged.anonymous_id, staged.customer_id))',
    },
    'orders': {
        'unidentified':
            'count(*) - count(coalesce(staged.customer_id, staged.email, staged.phone_e164))',
    },
} -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

customer_records as (

    select * from {{ ref('int_customer_records') }}

),

made_customers as (

    select count(*) as made_count
    from customer_records
    where not is_in_customers

),

{% for table_name in table_names -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        count(*) as staged_count,
        cast(coalesce(sum(staged.duplicate_count), 0) as bigint) as duplicate_count,
        {%- if table_name in dated_by %}
        count(case when staged.{{ dated_by[table_name] }} >= as_of.as_of_ends_at then 1 end)
            as after_as_of_count,
        {%- else %}
        cast(0 as bigint) as after_as_of_count,
        {%- endif %}
        {{ also_counted.get(table_name, {}).get('late', 'cast(0 as bigint)') }} as late_count,
        {{ also_counted.get(table_name, {}).get('unidentified', 'cast(0 as bigint)') }}
            as unidentified_count
    from {{ ref('stg_' ~ table_name) }} as staged
    cross join as_of

),

{% endfor -%}

counted as (

    {% for table_name in table_names -%}
    select * from {{ table_name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (

    select
        counted.*,
        case when counted.table_name = 'customers' then made_customers.made_count else 0 end
            as made_count
    from counted
    cross join made_customers

)

select * from final
