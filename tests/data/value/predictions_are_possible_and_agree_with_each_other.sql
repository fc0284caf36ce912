-- Chances lie between 0 and 1, a longer horizon has more orders, value is orders times spend, bands
-- are those of the chance, and each missing prediction has its reason.
with predictions as (

    select
        *,
        cast(churn_probability as decimal(38, 9)) as rounded_churn
    from {{ ref('customer_value') }}

)

select *
from predictions
where
    probability_alive not between 0 and 1
    or churn_probability not between 0 and 1
    or (repeat_days = 0 and probability_alive != 1)
    or expected_orders_30d <= 0
    or expected_orders_30d > expected_orders_90d
    or expected_orders_90d > expected_orders_365d
    or expected_orders_365d > 365
    or expected_spend_per_order <= 0
    or (churn_band = 'low') is distinct from (rounded_churn < 0.333333333)
    or (churn_band = 'high') is distinct from (rounded_churn >= 0.666666667)
    or (unavailable_reason is null) != (probability_alive is not null)
    or (unavailable_reason is null) != (expected_orders_30d is not null)
    or (unavailable_reason is null) != (expected_orders_365d is not null)
    or (unavailable_reason is null) != (churn_band is not null)
    or (spend_unavailable_reason is null) != (expected_spend_per_order is not null)
    or (unavailable_reason is null and spend_unavailable_reason is null)
    != (predicted_value_365d is not null)
    or (average_repeat_spend is null) != (repeat_days = 0)
