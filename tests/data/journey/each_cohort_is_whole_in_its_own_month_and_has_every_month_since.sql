select
    cohort_month,
    count(*) as month_count,
    max(months_since) as last_month,
    min(retention_rate) as lowest_rate,
    max(retention_rate) as highest_rate
from {{ ref('retention_cohorts') }}
group by cohort_month
having
    max(case when months_since = 0 then retention_rate end) != 1
    or min(retention_rate) < 0
    or max(retention_rate) > 1
    or min(months_since) != 0
    or count(*) != max(months_since) + 1
    or count(distinct cohort_size) != 1
