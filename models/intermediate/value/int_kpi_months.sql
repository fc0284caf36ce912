with orders as (

    select * from {{ ref('orders') }}

),

scoring_dates as (

    select * from {{ ref('int_rfm_dates') }}

),

repurchase_rates as (

    select * from {{ ref('repurchase_rates') }}

),

journey_funnel as (

    select * from {{ ref('journey_funnel') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

full_months as (

    select {{ month_of('as_of_date') }} as month_start
    from scoring_dates
    where is_month_end

),

ordered as (

    select
        {{ month_of('order_date') }} as month_start,
        sum(net_revenue) as net_revenue,
        count(*) as order_count,
        count(distinct customer_id) as buyer_count,
        count(case when order_number = 1 then 1 end) as new_buyer_count
    from orders
    where is_valid
    group by {{ month_of('order_date') }}

),

-- the first full month; a shop without orders has no month in which they begin
begun as (

    select
        case
            when count(ordered.month_start) = 0 then date '0001-01-01'
            else coalesce(min(full_months.month_start), date '9999-12-31')
        end as first_month
    from ordered
    left join full_months on ordered.month_start <= full_months.month_start

),

filled as (

    select
        full_months.month_start,
        coalesce(ordered.net_revenue, 0) as net_revenue,
        coalesce(ordered.order_count, 0) as order_count,
        coalesce(ordered.buyer_count, 0) as buyer_count,
        coalesce(ordered.new_buyer_count, 0) as new_buyer_count
    from full_months
    left join ordered on full_months.month_start = ordered.month_start

),

acquired as (

    select
        cohort_month,
        {{ add_days(add_months('cohort_month', 1), -1) }} as last_acquired_on,
        sum(case when stage = 'acquisition' then customer_count end) as acquired_count,
        sum(case when stage = 'activation' then customer_count end) as activated_count,
        sum(case when stage = 'retention' then customer_count end) as retained_count
    from journey_funnel
    group by cohort_month

),

-- a sum of totals over the number of months is their mean
measures as (

    {% for measure, numerator, denominator in [
        ('net_revenue', 'net_revenue', '1'),
        ('order_count', 'order_count', '1'),
        ('active_buyers', 'buyer_count', '1'),
        ('new_buyers', 'new_buyer_count', '1'),
        ('average_order_value', 'net_revenue', 'order_count'),
    ] -%}
    select
        '{{ measure }}' as measure,
        month_start,
        cast({{ numerator }} as decimal(18, 4)) as numerator,
        cast({{ denominator }} as bigint) as denominator
    from filled
    union all
    {% endfor -%}
    select
        'repurchase_rate_' || cast(repurchase_rates.horizon_days as string) as measure,
        repurchase_rates.cohort_month as month_start,
        cast(repurchase_rates.repurchased_count as decimal(18, 4)) as numerator,
        repurchase_rates.buyer_count as denominator
    from repurchase_rates
    inner join begun on repurchase_rates.cohort_month >= begun.first_month
    where repurchase_rates.dimension = 'all' and repurchase_rates.is_complete
    {% for measure, count, days in [
        ('activation_share', 'activated_count', 'activation_days'),
        ('retention_share', 'retained_count', 'retention_days'),
    ] -%}
    union all
    select
        '{{ measure }}' as measure,
        acquired.cohort_month as month_start,
        cast(acquired.{{ count }} as decimal(18, 4)) as numerator,
        cast(acquired.acquired_count as bigint) as denominator
    from acquired
    inner join begun on acquired.cohort_month >= begun.first_month
    inner join as_of
        on {{ add_days('acquired.last_acquired_on', var(days)) }} <= as_of.as_of_date
    {% endfor %}
)

select * from measures
