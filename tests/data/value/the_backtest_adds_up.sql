-- The ten groups are everybody, what happened is the same for each method, and it is what the
-- order days of the hidden days say.
with backtest as (

    select * from {{ ref('value_backtest') }}
    where unavailable_reason is null

),

totals as (

    select
        method,
        sum(case when calibration_group = 'all' then buyer_count end) as buyer_count,
        sum(case when calibration_group = 'all' then actual_orders end) as actual_orders,
        sum(case when calibration_group = 'all' then actual_revenue end) as actual_revenue,
        sum(case when calibration_group != 'all' then buyer_count end) as grouped_buyers,
        sum(case when calibration_group != 'all' then actual_orders end) as grouped_orders,
        sum(case when calibration_group != 'all' then actual_revenue end) as grouped_revenue
    from backtest
    group by method

),

hidden as (

    select
        count(*) as actual_orders,
        coalesce(sum(order_days.net_revenue), 0) as actual_revenue
    from {{ ref('int_order_days') }} as order_days
    inner join {{ ref('int_value_dates') }} as dates
        on
            dates.fit = 'backtest'
            and order_days.order_date > dates.fitted_until
    where
        order_days.customer_id in (
            select histories.customer_id
            from {{ ref('int_value_histories') }} as histories
            where histories.fit = 'backtest'
        )

)

select totals.*
from totals
cross join hidden
where
    totals.buyer_count != totals.grouped_buyers
    or totals.actual_orders != totals.grouped_orders
    or totals.actual_revenue != totals.grouped_revenue
    or totals.actual_orders != hidden.actual_orders
    or totals.actual_revenue != hidden.actual_revenue
