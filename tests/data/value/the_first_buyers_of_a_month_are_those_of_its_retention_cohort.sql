with costs as (

    select
        cohort_month,
        sum(first_buyer_count) as first_buyer_count,
        sum(net_revenue_so_far) as net_revenue
    from {{ ref('acquisition_costs') }}
    where first_buyer_count > 0
    group by cohort_month

),

cohorts as (

    select
        cohort_month,
        max(cohort_size) as cohort_size,
        sum(net_revenue) as net_revenue
    from {{ ref('retention_cohorts') }}
    group by cohort_month

)

select
    coalesce(costs.cohort_month, cohorts.cohort_month) as cohort_month,
    costs.first_buyer_count,
    cohorts.cohort_size,
    costs.net_revenue,
    cohorts.net_revenue as net_revenue_of_cohort
from costs
full outer join cohorts on costs.cohort_month = cohorts.cohort_month
where
    costs.first_buyer_count is distinct from cohorts.cohort_size
    or costs.net_revenue is distinct from cohorts.net_revenue
