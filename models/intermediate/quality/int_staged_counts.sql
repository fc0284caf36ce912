{%- set dated_by = row_times() -%}
{%- set table_names = (dated_by.keys() | list + ['ad_spend', 'order_items']) | sort -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

customer_records as (

    select * from {{ ref('int_customer_records') }}

),

postponed_events as (

    select
        count(case when is_copy then 1 end) as copy_count,
        count(case when not is_copy then 1 end) as waiting_count
    from {{ ref('int_postponed_events') }}

),

made_customers as (

    select count(*) as made_count
    from customer_records
    where not is_in_customers

),

events as (

    select
        'events' as table_name,
        cast(coalesce(sum(slots.event_count), 0) as bigint) as staged_count,
        cast(coalesce(sum(slots.duplicate_count), 0) as bigint) as duplicate_count,
        cast(
            coalesce(
                sum(case when slots.event_date > as_of.as_of_date then slots.event_count end), 0
            ) as bigint
        ) as after_as_of_count,
        cast(coalesce(sum(slots.late_count), 0) as bigint) as late_count,
        cast(
            coalesce(
                sum(
                    case
                        when coalesce(slots.anonymous_id, slots.customer_id) is null
                            then slots.event_count
                    end
                ), 0
            ) as bigint
        ) as unidentified_count,
        cast(coalesce(sum(slots.unreadable_count), 0) as bigint) as unreadable_count
    from {{ ref('int_event_slots') }} as slots
    cross join as_of

),

{% for table_name in table_names if table_name != 'events' -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        count(*) as staged_count,
        cast(coalesce(sum(staged.duplicate_count), 0) as bigint) as duplicate_count,
        {%- if table_name in dated_by %}
        count(case when staged.{{ dated_by[table_name] }} >= as_of.as_of_ends_at then 1 end)
            as after_as_of_count,
        {%- elif table_name == 'ad_spend' %}
        count(case when staged.spend_date > as_of.as_of_date then 1 end) as after_as_of_count,
        {%- else %}
        cast(0 as bigint) as after_as_of_count,
        {%- endif %}
        cast(0 as bigint) as late_count,
        {%- if table_name == 'orders' %}
        count(
            case
                when
                    coalesce(staged.customer_id, staged.phone_e164) is null
                    and not coalesce({{ is_email('staged.email') }}, false)
                    then 1
            end
        ) as unidentified_count,
        {%- else %}
        cast(0 as bigint) as unidentified_count,
        {%- endif %}
        cast(0 as bigint) as unreadable_count
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
        counted.table_name,
        counted.staged_count,
        counted.duplicate_count
        + case when counted.table_name = 'events' then postponed_events.copy_count else 0 end
            as duplicate_count,
        counted.after_as_of_count,
        counted.late_count,
        counted.unidentified_count,
        counted.unreadable_count,
        case when counted.table_name = 'customers' then made_customers.made_count else 0 end
            as made_count,
        case when counted.table_name = 'events' then postponed_events.waiting_count else 0 end
            as waiting_count
    from counted
    cross join made_customers
    cross join postponed_events

)

select * from final
