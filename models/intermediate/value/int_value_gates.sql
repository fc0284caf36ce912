with dates as (

    select * from {{ ref('int_value_dates') }}

),

histories as (

    select * from {{ ref('int_value_histories') }}

),

measured as (

    select
        dates.fit,
        dates.fitted_until,
        cast(count(histories.customer_id) as bigint) as buyer_count,
        max(histories.age_days) as history_days,
        min(histories.age_days - histories.recency_days) as idle_days,
        coalesce(max(histories.repeat_days) + 1, 0) as most_order_days,
        cast(count(case when histories.repeat_revenue > 0 then 1 end) as bigint)
            as spend_buyer_count
    from dates
    left join histories on dates.fit = histories.fit
    group by dates.fit, dates.fitted_until

),

judged as (

    select
        *,
        case
            when buyer_count < {{ var('value_min_buyers') }} then 'too_few_buyers'
            when history_days < {{ var('value_min_history_days') }} then 'too_short_history'
            when idle_days > {{ var('value_max_idle_days') }} then 'no_recent_order'
            when most_order_days < 3 then 'too_few_repeat_buyers'
        end as unavailable_reason
    from measured

),

-- an average of a few people's spend says little about anybody else's
final as (

    select
        *,
        coalesce(
            unavailable_reason,
            case when spend_buyer_count < 30 then 'too_few_repeat_buyers_with_revenue' end
        ) as spend_unavailable_reason
    from judged

)

select * from final
