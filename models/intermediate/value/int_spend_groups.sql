with histories as (

    select * from {{ ref('int_value_histories') }}

),

gates as (

    select * from {{ ref('int_value_gates') }}

),

open_gates as (

    select fit from gates
    where spend_unavailable_reason is null

),

grouped as (

    select
        histories.fit,
        histories.fitted_until,
        histories.repeat_days,
        histories.repeat_revenue,
        cast(count(*) as bigint) as buyer_count
    from histories
    inner join open_gates on histories.fit = open_gates.fit
    where histories.repeat_revenue > 0
    group by
        histories.fit,
        histories.fitted_until,
        histories.repeat_days,
        histories.repeat_revenue

)

select * from grouped
