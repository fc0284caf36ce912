{#- Days before the as-of day that tell what is usual: as many as eight weeks have. -#}
{%- set window_days = 56 -%}
{%- set moments = row_moments('staged') -%}
{%- set days = {
    'ad_spend': 'staged.spend_date', 'events': 'staged.event_date', 'orders': 'staged.order_date',
} -%}
{%- set models = {'events': 'int_events', 'orders': 'int_orders_converted'} -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

spans as (

    select * from {{ ref('int_raw_spans') }}

),

rejected_rows as (

    select * from {{ ref('stg_rejected_rows') }}

),

-- a day that nobody said is over lasts until its newest order or event, and so do its forerunners
known_times as (

    select max(newest_at) as known_until
    from spans
    where table_name in ('orders', 'events')

),

periods as (

    select
        as_of.as_of_date,
        as_of.as_of_ends_at,
        known_times.known_until,
        {{ add_days('as_of.as_of_date', -window_days) }} as window_begins_on,
        {{ day_begins_at(add_days('as_of.as_of_date', -window_days)) }} as window_begins_at
    from as_of
    cross join known_times

),

{% for table_name, moment in moments.items() | sort -%}
{%- set day = days.get(table_name, local_date(moment)) -%}
{#- an order without a rate into the reporting currency is a rejected row -#}
{%- set rate = 'staged.rate' if table_name == 'orders' -%}
{{ table_name }} as (

    select
        '{{ table_name }}' as table_name,
        {{ day }} as row_date,
        count({{ rate or '*' }}) as row_count,
        {%- if var('as_of') %}
        count({{ rate or '*' }}) as comparable_count,
        {%- else %}
        count(
            case
                when
                    {{ moment }} <= {{ add_minutes(
                        'periods.known_until', '-1440 * ' ~ days_between(day, 'periods.as_of_date')
                    ) }} then {{ rate or 1 }}
            end
        ) as comparable_count,
        {%- endif %}
        {%- if table_name == 'events' %}
        count(case when staged.is_late then 1 end) as late_count,
        {%- else %}
        cast(0 as bigint) as late_count,
        {%- endif %}
        {{ 'count(*) - count(' ~ rate ~ ')' if rate else 'cast(0 as bigint)' }} as rejected_count
    from {{ ref(models.get(table_name, 'stg_' ~ table_name)) }} as staged
    cross join periods
    where
        {{ moment }} >= periods.window_begins_at and {{ moment }} < periods.as_of_ends_at
        {%- if table_name == 'events' %}
        and {{ day }} >= date '{{ first_of_last_days(window_days + 1) }}'
        {%- endif %}
    group by {{ day }}

),

{% endfor -%}

rejected as (

    select
        rejected_rows.table_name,
        rejected_rows.row_date,
        cast(0 as bigint) as row_count,
        cast(0 as bigint) as comparable_count,
        cast(0 as bigint) as late_count,
        count(*) as rejected_count
    from rejected_rows
    cross join periods
    where rejected_rows.row_date between periods.window_begins_on and periods.as_of_date
    group by rejected_rows.table_name, rejected_rows.row_date

),

counted as (

    {% for table_name, moment in moments.items() | sort -%}
    select * from {{ table_name }}
    union all
    {% endfor -%}
    select * from rejected

),

days as (

    select
        table_name,
        row_date,
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(comparable_count) as bigint) as comparable_count,
        cast(sum(late_count) as bigint) as late_count,
        cast(sum(rejected_count) as bigint) as rejected_count
    from counted
    group by table_name, row_date

)

select * from days
