with histories as (

    select * from {{ ref('int_value_histories') }}

),

gates as (

    select * from {{ ref('int_value_gates') }}

),

open_gates as (

    select fit from gates
    where unavailable_reason is null

),

grouped as (

    select
        histories.fit,
        histories.fitted_until,
        histories.repeat_days,
        histories.recency_days,
        histories.age_days,
        cast(count(*) as bigint) as buyer_count
    from histories
    inner join open_gates on histories.fit = open_gates.fit
    group by
        histories.fit,
        histories.fitted_until,
        histories.repeat_days,
        histories.recency_days,
        histories.age_days

)

select * from grouped
