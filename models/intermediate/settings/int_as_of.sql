with orders as (

    select * from {{ ref('stg_orders') }}

),

event_slots as (

    select * from {{ ref('int_event_slots') }}

),

days as (

    select max(order_date) as activity_date from orders
    union all
    select max(event_date) as activity_date from event_slots

),

newest_day as (

    select max(activity_date) as activity_date from days

),

currencies as (

    select min(currency) as currency from orders

),

settings as (

    select
        {% if var('as_of') -%}
        date '{{ var("as_of") }}' as as_of_date,
        {%- else -%}
        newest_day.activity_date as as_of_date,
        {%- endif %}
        {% if var('reporting_currency') -%}
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency
        {%- else -%}
        coalesce(currencies.currency, 'KRW') as reporting_currency
        {%- endif %}
    from newest_day
    cross join currencies

),

dated as (

    select
        as_of_date,
        {{ day_begins_at(add_days('as_of_date', 1)) }} as as_of_ends_at,
        reporting_currency
    from settings

),

final as (

    select
        as_of_date,
        as_of_ends_at,
        as_of_ends_at as opt_outs_end_at,
        reporting_currency
    from dated

)

select * from final
