with histories as (

    select * from {{ ref('int_value_histories') }}

),

scores as (

    select * from {{ ref('int_value_scores') }}

),

expectations as (

    select * from {{ ref('int_order_expectations') }}

),

next_orders as (

    select * from {{ ref('int_expected_next_orders') }}

),

revenue_ranks as (

    select * from {{ ref('int_revenue_ranks') }}

),

horizons as (

    select
        fit,
        repeat_days,
        age_days,
        max(case when horizon_days = 30 then orders_if_alive end) as orders_30d,
        max(case when horizon_days = 90 then orders_if_alive end) as orders_90d,
        max(case when horizon_days = 365 then orders_if_alive end) as orders_365d
    from expectations
    where fit = 'present'
    group by fit, repeat_days, age_days

),

predicted as (

    select
        histories.*,
        scores.probability_alive,
        scores.probability_alive * horizons.orders_30d as expected_orders_30d,
        scores.probability_alive * horizons.orders_90d as expected_orders_90d,
        scores.probability_alive * horizons.orders_365d as expected_orders_365d,
        scores.expected_spend_per_order,
        scores.churn_probability,
        cast(scores.churn_probability as decimal(38, 9)) as rounded_churn_probability,
        scores.unavailable_reason,
        scores.spend_unavailable_reason,
        next_orders.expected_next_order_on,
        next_orders.next_order_basis,
        revenue_ranks.window_net_revenue,
        revenue_ranks.revenue_decile,
        revenue_ranks.abc_class
    from histories
    inner join scores
        on
            histories.fit = scores.fit
            and histories.customer_id = scores.customer_id
    left join horizons
        on
            histories.fit = horizons.fit
            and histories.repeat_days = horizons.repeat_days
            and histories.age_days = horizons.age_days
    left join next_orders on histories.customer_id = next_orders.customer_id
    left join revenue_ranks on histories.customer_id = revenue_ranks.customer_id
    where histories.fit = 'present'

),

final as (

    select
        customer_id,
        fitted_until as as_of_date,
        repeat_days,
        recency_days,
        age_days,
        first_ordered_on,
        last_ordered_on,
        {{ money_per('repeat_revenue', 'repeat_days') }} as average_repeat_spend,
        probability_alive,
        expected_orders_30d,
        expected_orders_90d,
        expected_orders_365d,
        expected_spend_per_order,
        expected_orders_365d * expected_spend_per_order as predicted_value_365d,
        churn_probability,
        case
            when rounded_churn_probability < 0.333333333 then 'low'
            when rounded_churn_probability < 0.666666667 then 'medium'
            when rounded_churn_probability is not null then 'high'
        end as churn_band,
        unavailable_reason,
        spend_unavailable_reason,
        expected_next_order_on,
        next_order_basis,
        window_net_revenue,
        revenue_decile,
        abc_class
    from predicted

)

select * from final
