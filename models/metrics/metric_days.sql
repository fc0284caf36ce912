with orders as (

    select * from {{ ref('orders') }}

),

acquisition_costs as (

    select * from {{ ref('acquisition_costs') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- months of cost may lie before the first order
first_days as (

    select min(order_date) as first_day from orders
    union all
    select min(cohort_month) as first_day from acquisition_costs

),

first_month as (

    select {{ month_of('min(first_day)') }} as first_day from first_days

),

day_numbers as (

    select
        first_month.first_day,
        {{ whole_numbers('0', days_between('first_month.first_day', 'as_of.as_of_date')) }}
            as day_number
    from first_month
    cross join as_of

),

days as (

    select {{ add_days('first_day', 'day_number') }} as metric_day from day_numbers

)

select * from days
