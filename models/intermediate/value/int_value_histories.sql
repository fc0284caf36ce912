with dates as (

    select * from {{ ref('int_value_dates') }}

),

order_days as (

    select * from {{ ref('int_order_days') }}

),

summed as (

    select
        dates.fit,
        dates.fitted_until,
        order_days.customer_id,
        min(order_days.order_date) as first_ordered_on,
        max(order_days.order_date) as last_ordered_on,
        cast(count(*) as bigint) as order_day_count,
        cast(
            sum(order_days.net_revenue) - min_by(order_days.net_revenue, order_days.order_date)
            as decimal(18, 4)
        ) as repeat_revenue
    from order_days
    inner join dates on order_days.order_date <= dates.fitted_until
    group by dates.fit, dates.fitted_until, order_days.customer_id

),

histories as (

    select
        fit,
        fitted_until,
        customer_id,
        first_ordered_on,
        last_ordered_on,
        order_day_count - 1 as repeat_days,
        {{ days_between('first_ordered_on', 'last_ordered_on') }} as recency_days,
        {{ days_between('first_ordered_on', 'fitted_until') }} as age_days,
        repeat_revenue
    from summed

)

select * from histories
