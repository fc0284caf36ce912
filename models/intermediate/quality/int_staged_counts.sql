{#- The column that dates a row of each raw table; tables that are not listed have none. -#}
{%- set dated_by = {
    'customers': 'signed_up_at', 'orders': 'ordered_at', 'prices': 'changed_at', 'inventory': 'counted_at',
    'events': 'occurred_at', 'consents': 'changed_at', 'suppressions': 'suppressed_at', 'messages': 'sent_at',
    'message_events': 'occurred_at', 'assignments': 'assigned_at', 'coupons': 'issued_at', 'points': 'occurred_at',
    'tickets': 'opened_at', 'survey_answers': 'answered_at', 'products': 'launched_at', 'devices': 'last_seen_at',
} -%}
{%- set undated = ['order_items', 'ad_spend'] -%}

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

{% for table_name in (dated_by.keys() | list + undated) | sort -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        count(*) as staged_count,
        cast(coalesce(sum(staged.duplicate_count), 0) as bigint) as duplicate_count,
        {{ "count(case when staged." ~ dated_by[table_name] ~ " >= as_of.as_of_ends_at then 1 end)"
            if table_name in dated_by else "cast(0 as bigint)" }} as after_as_of_count,
        {{ "count(case when staged.received_at > " ~ add_minutes('staged.occurred_at', var('late_days') * 24 * 60) ~ " then 1 end)"
            if table_name == 'events' else "cast(0 as bigint)" }} as late_count,
        {{ {
            'events': "count(case when staged.anonymous_id is null and staged.customer_id is null then 1 end)",
            'orders': "count(case when coalesce(staged.customer_id, staged.email, staged.phone_e164) is null then 1 end)",
        }.get(table_name, "cast(0 as bigint)") }} as unidentified_count
    from {{ ref('stg_' ~ table_name) }} as staged
    cross join as_of

),

{% endfor -%}

counted as (

    {% for table_name in (dated_by.keys() | list + undated) | sort -%}
    select * from {{ table_name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (

    select
        counted.*,
        case when counted.table_name = 'customers' then made_customers.made_count else 0 end as made_count
    from counted
    cross join made_customers

)

select * from final
