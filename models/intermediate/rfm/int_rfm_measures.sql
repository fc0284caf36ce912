with orders as (

    select * from {{ ref('orders') }}

),

dates as (

    select * from {{ ref('int_rfm_dates') }}

),

valid_orders as (

    select
        customer_id,
        order_date,
        net_revenue
    from orders
    where is_valid and customer_id is not null

),

-- a few thousand days, so that the many orders need an equality join only
numbered_days as (

    select
        as_of_date,
        {{ whole_numbers('0', var('rfm_window_days') | int - 1) }} as days_before
    from dates

),

days_in_windows as (

    select
        as_of_date,
        {{ add_days('as_of_date', '-1 * days_before') }} as order_date
    from numbered_days

),

measured as (

    select
        days_in_windows.as_of_date,
        valid_orders.customer_id,
        {{ days_between('max(valid_orders.order_date)', 'days_in_windows.as_of_date') }}
            as recency_days,
        cast(count(*) as bigint) as frequency,
        cast(sum(valid_orders.net_revenue) as decimal(18, 4)) as monetary
    from valid_orders
    inner join days_in_windows on valid_orders.order_date = days_in_windows.order_date
    group by days_in_windows.as_of_date, valid_orders.customer_id

)

select * from measured
