with counted as (

    select
        cohort_month,
        dimension,
        horizon_days,
        sum(buyer_count) as buyer_count
    from {{ ref('repurchase_rates') }}
    group by cohort_month, dimension, horizon_days

),

cohorts as (

    select
        cohort_month,
        cohort_size
    from {{ ref('retention_cohorts') }}
    where months_since = 0

),

compared as (

    select
        coalesce(counted.cohort_month, cohorts.cohort_month) as cohort_month,
        max(cohorts.cohort_size) as cohort_size,
        min(counted.buyer_count) as lowest_count,
        max(counted.buyer_count) as highest_count,
        count(counted.buyer_count) as row_count
    from counted
    full outer join cohorts on counted.cohort_month = cohorts.cohort_month
    group by coalesce(counted.cohort_month, cohorts.cohort_month)

)

-- three dimensions and five horizons
select * from compared
where
    row_count != 15
    or lowest_count is distinct from cohort_size
    or highest_count is distinct from cohort_size
