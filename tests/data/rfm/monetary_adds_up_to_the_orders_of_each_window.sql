-- On every scoring date: the same net revenue and the same orders as in the orders of its window.
with scored as (

    select
        as_of_date,
        monetary,
        frequency
    from {{ ref('rfm_history') }}
    union all
    select
        as_of_date,
        monetary,
        frequency
    from {{ ref('rfm_scores') }}
    where as_of_date not in (select as_of_date from {{ ref('rfm_history') }})

),

scored_totals as (

    select
        as_of_date,
        sum(monetary) as net_revenue,
        sum(frequency) as order_count
    from scored
    group by as_of_date

),

order_totals as (

    select
        dates.as_of_date,
        sum(orders.net_revenue) as net_revenue,
        count(*) as order_count
    from {{ ref('int_rfm_dates') }} as dates
    inner join {{ ref('orders') }} as orders
        on
            dates.as_of_date >= orders.order_date
            and {{ days_between('orders.order_date', 'dates.as_of_date') }}
            < {{ var('rfm_window_days') }}
    where orders.is_valid and orders.customer_id is not null
    group by dates.as_of_date

)

select
    coalesce(order_totals.as_of_date, scored_totals.as_of_date) as as_of_date,
    order_totals.net_revenue as net_revenue_of_orders,
    scored_totals.net_revenue as net_revenue_of_scores,
    order_totals.order_count as orders_of_orders,
    scored_totals.order_count as orders_of_scores
from order_totals
full outer join scored_totals on order_totals.as_of_date = scored_totals.as_of_date
where
    order_totals.net_revenue is distinct from scored_totals.net_revenue
    or order_totals.order_count is distinct from scored_totals.order_count
