-- In each cohort the count grows with the horizon, up to everybody; it adds up over a dimension.
with rates as (

    select
        *,
        lag(repurchased_count) over (
            partition by dimension, dimension_value, cohort_month
            order by horizon_days
        ) as shorter_count,
        sum(repurchased_count) over (
            partition by dimension, cohort_month, horizon_days
        ) as dimension_count,
        sum(case when dimension = 'all' then repurchased_count end) over (
            partition by cohort_month, horizon_days
        ) as all_count
    from {{ ref('repurchase_rates') }}

)

select * from rates
where
    repurchased_count < shorter_count
    or (repurchased_count is not null and horizon_days > 30 and shorter_count is null)
    or repurchased_count > buyer_count
    or dimension_count is distinct from all_count
    or (repurchased_count is null) = is_complete
    or (repurchase_rate is null) = is_complete
