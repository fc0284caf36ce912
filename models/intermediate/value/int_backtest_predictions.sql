with dates as (

    select * from {{ ref('int_value_dates') }}
    where fit = 'backtest'

),

scores as (

    select * from {{ ref('int_value_scores') }}
    where fit = 'backtest' and unavailable_reason is null

),

expectations as (

    select * from {{ ref('int_order_expectations') }}
    where fit = 'backtest'

),

order_days as (

    select * from {{ ref('int_order_days') }}

),

-- first order days are left out of the days before, as nobody has another first one to come
counted as (

    select
        order_days.customer_id,
        cast(count(case when order_days.order_date > dates.fitted_until then 1 end) as bigint)
            as actual_orders,
        cast(
            sum(
                case
                    when order_days.order_date > dates.fitted_until then order_days.net_revenue
                    else 0
                end
            ) as decimal(18, 4)
        ) as actual_revenue,
        cast(count(case when order_days.order_date <= dates.fitted_until then 1 end) as bigint)
            as earlier_orders,
        cast(
            sum(
                case
                    when order_days.order_date <= dates.fitted_until then order_days.net_revenue
                    else 0
                end
            ) as decimal(18, 4)
        ) as earlier_revenue
    from order_days
    inner join scores on order_days.customer_id = scores.customer_id
    inner join dates
        on
            order_days.order_date
            > {{ add_days('dates.fitted_until', '-' ~ var('value_backtest_days')) }}
            and order_days.order_date
            <= {{ add_days('dates.fitted_until', var('value_backtest_days')) }}
    where order_days.order_date > {{ add_days('dates.fitted_until', '-1 * scores.age_days') }}
    group by order_days.customer_id

),

buyers as (

    select
        scores.customer_id,
        scores.probability_alive * expectations.orders_if_alive as model_orders,
        scores.expected_spend_per_order,
        coalesce(counted.actual_orders, 0) as actual_orders,
        cast(coalesce(counted.actual_revenue, 0) as decimal(18, 4)) as actual_revenue,
        coalesce(counted.earlier_orders, 0) as earlier_orders,
        cast(coalesce(counted.earlier_revenue, 0) as decimal(18, 4)) as earlier_revenue
    from scores
    inner join expectations
        on
            scores.repeat_days = expectations.repeat_days
            and scores.age_days = expectations.age_days
    left join counted on scores.customer_id = counted.customer_id

),

-- every method is judged on the same ten groups of people
grouped as (

    select
        *,
        cast(
            ntile(10) over (
                order by cast(model_orders as decimal(38, 9)) desc, customer_id asc
            ) as string
        ) as prediction_decile
    from buyers

),

averages as (

    select
        cast(sum(earlier_orders) as double) / count(*) as average_orders,
        cast(sum(earlier_revenue) as double) / count(*) as average_revenue
    from buyers

),

predicted as (

    select
        'bg_nbd' as method,
        customer_id,
        prediction_decile,
        model_orders as predicted_orders,
        model_orders * expected_spend_per_order as predicted_revenue,
        actual_orders,
        actual_revenue
    from grouped
    union all
    select
        'last_period' as method,
        customer_id,
        prediction_decile,
        cast(earlier_orders as double) as predicted_orders,
        cast(earlier_revenue as double) as predicted_revenue,
        actual_orders,
        actual_revenue
    from grouped
    union all
    select
        'average' as method,
        grouped.customer_id,
        grouped.prediction_decile,
        averages.average_orders as predicted_orders,
        averages.average_revenue as predicted_revenue,
        grouped.actual_orders,
        grouped.actual_revenue
    from grouped
    cross join averages

)

select * from predicted
