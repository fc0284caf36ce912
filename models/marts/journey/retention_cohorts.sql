with customer_months as (

    select * from {{ ref('int_customer_months') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_months as (

    select
        customer_id,
        min(month_start) as cohort_month
    from customer_months
    group by customer_id

),

sized as (

    select
        cohort_month,
        cast(count(*) as bigint) as cohort_size
    from first_months
    group by cohort_month

),

dense as (

    select
        sized.cohort_month,
        sized.cohort_size,
        {{ whole_numbers('0', months_between_dates('sized.cohort_month', 'as_of.as_of_date')) }}
            as months_since
    from sized
    cross join as_of

),

active as (

    select
        first_months.cohort_month,
        {{ months_between_dates('first_months.cohort_month', 'customer_months.month_start') }}
            as months_since,
        cast(count(*) as bigint) as active_customers,
        cast(sum(customer_months.net_revenue) as decimal(18, 4)) as net_revenue
    from customer_months
    inner join first_months on customer_months.customer_id = first_months.customer_id
    group by
        first_months.cohort_month,
        {{ months_between_dates('first_months.cohort_month', 'customer_months.month_start') }}

),

cohorts as (

    select
        dense.cohort_month,
        dense.months_since,
        dense.cohort_size,
        coalesce(active.active_customers, 0) as active_customers,
        cast(coalesce(active.active_customers, 0) as double)
        / dense.cohort_size as retention_rate,
        cast(coalesce(active.net_revenue, 0) as decimal(18, 4)) as net_revenue
    from dense
    left join active
        on
            dense.cohort_month = active.cohort_month
            and dense.months_since = active.months_since

)

select * from cohorts
