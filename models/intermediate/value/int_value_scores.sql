with histories as (

    select * from {{ ref('int_value_histories') }}

),

models as (

    select * from {{ ref('int_value_models') }}

),

-- how much longer than the last order the person has been known, and will be in 90 days
measured as (

    select
        histories.fit,
        histories.fitted_until,
        histories.customer_id,
        histories.repeat_days,
        histories.age_days,
        histories.repeat_revenue,
        models.r + histories.repeat_days as shape,
        case
            when histories.repeat_days > 0
                then models.a / (models.b + histories.repeat_days - 1)
        end as leaving_odds,
        ln(
            (models.alpha + histories.age_days / 7e0)
            / (models.alpha + histories.recency_days / 7e0)
        ) as silence_log,
        ln(
            (models.alpha + histories.age_days / 7e0)
            / (models.alpha + (histories.age_days + 90) / 7e0)
        ) as rest_log,
        models.p,
        models.q,
        models.gamma,
        models.unavailable_reason,
        models.spend_unavailable_reason
    from histories
    inner join models on histories.fit = models.fit

),

-- the odds of having left at the last order, as a logarithm that exp can take
weighed as (

    select
        *,
        case
            when repeat_days > 0 then least(ln(leaving_odds) + shape * silence_log, 700e0)
        end as left_log,
        exp(shape * rest_log) as none_in_90d_if_alive
    from measured

),

judged as (

    select
        *,
        case
            when unavailable_reason is null and repeat_days = 0 then 1e0
            when unavailable_reason is null then 1e0 / (1e0 + exp(left_log))
        end as probability_alive,
        coalesce(
            spend_unavailable_reason,
            case when repeat_days > 0 and repeat_revenue <= 0 then 'no_repeat_revenue' end
        ) as own_spend_unavailable_reason
    from weighed

),

scored as (

    select
        fit,
        fitted_until,
        customer_id,
        repeat_days,
        age_days,
        probability_alive,
        1e0 - probability_alive * (1e0 - none_in_90d_if_alive) as churn_probability,
        case
            when own_spend_unavailable_reason is null
                then
                    p * (gamma + cast(repeat_revenue as double))
                    / (p * repeat_days + q - 1e0)
        end as expected_spend_per_order,
        unavailable_reason,
        own_spend_unavailable_reason as spend_unavailable_reason
    from judged

)

select * from scored
