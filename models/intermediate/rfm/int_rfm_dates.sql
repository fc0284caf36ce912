with orders as (

    select * from {{ ref('orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_orders as (

    select min(order_date) as first_order_date
    from orders
    where is_valid and customer_id is not null

),

-- the month of the first order is full only when it was bought on its first day
first_months as (

    select
        as_of.as_of_date,
        case
            when day(first_orders.first_order_date) = 1
                then first_orders.first_order_date
            else {{ add_months(month_of('first_orders.first_order_date'), 1) }}
        end as first_month
    from as_of
    cross join first_orders

),

numbered_months as (

    select
        as_of_date,
        first_month,
        {{ whole_numbers('1', months_between_dates('first_month', 'as_of_date') ~ ' + 1') }}
            as month_number
    from first_months

),

month_ends as (

    select {{ add_days(add_months('first_month', 'month_number'), -1) }} as as_of_date
    from numbered_months
    where {{ add_days(add_months('first_month', 'month_number'), -1) }} <= as_of_date

),

dates as (

    select
        as_of_date,
        true as is_month_end,
        false as is_as_of
    from month_ends
    union all
    select
        as_of_date,
        false as is_month_end,
        true as is_as_of
    from as_of

),

merged as (

    select
        as_of_date,
        bool_or(is_month_end) as is_month_end,
        bool_or(is_as_of) as is_as_of
    from dates
    group by as_of_date

),

numbered as (

    select
        as_of_date,
        is_month_end,
        is_as_of,
        cast(row_number() over (order by as_of_date) as int) as date_number,
        lag(as_of_date) over (order by as_of_date) as previous_date,
        lead(as_of_date) over (order by as_of_date) as next_date
    from merged

)

select * from numbered
