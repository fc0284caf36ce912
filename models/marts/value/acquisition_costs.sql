with ad_spend_months as (

    select * from {{ ref('int_ad_spend_months') }}

),

cohorts as (

    select * from {{ ref('int_acquisition_cohorts') }}

),

paybacks as (

    select * from {{ ref('int_cohort_paybacks') }}

),

matched as (

    select
        coalesce(ad_spend_months.spend_month, cohorts.cohort_month) as cohort_month,
        coalesce(ad_spend_months.source, cohorts.source) as source,
        coalesce(ad_spend_months.medium, cohorts.medium) as medium,
        coalesce(ad_spend_months.campaign, cohorts.campaign) as campaign,
        case
            when cohorts.cohort_month is null then 'spend_only'
            when ad_spend_months.spend_month is null then 'people_only'
            else 'both'
        end as match_status,
        cast(coalesce(ad_spend_months.cost, 0) as decimal(18, 4)) as cost,
        coalesce(ad_spend_months.impressions, 0) as impressions,
        coalesce(ad_spend_months.clicks, 0) as clicks,
        coalesce(cohorts.acquired_count, 0) as acquired_count,
        coalesce(cohorts.first_buyer_count, 0) as first_buyer_count,
        cast(coalesce(cohorts.net_revenue_so_far, 0) as decimal(18, 4)) as net_revenue_so_far,
        cohorts.predicted_value_365d
    from ad_spend_months
    full outer join cohorts
        on
            ad_spend_months.spend_month = cohorts.cohort_month
            and ad_spend_months.source = cohorts.source
            and ad_spend_months.medium = cohorts.medium
            and ad_spend_months.campaign = cohorts.campaign

),

valued as (

    select
        matched.*,
        {{ money_times(
            '(matched.net_revenue_so_far + matched.predicted_value_365d)',
            'cast(' ~ var('contribution_margin_share') ~ ' as decimal(9, 6))'
        ) }} as lifetime_value,
        paybacks.payback_months
    from matched
    left join paybacks
        on
            matched.cohort_month = paybacks.cohort_month
            and matched.source = paybacks.source
            and matched.medium = paybacks.medium
            and matched.campaign = paybacks.campaign

),

costs as (

    select
        cohort_month,
        source,
        medium,
        campaign,
        match_status,
        cost,
        impressions,
        clicks,
        acquired_count,
        first_buyer_count,
        case when cost >= 0 then {{ money_per('cost', 'acquired_count') }} end
            as cost_per_acquired,
        case when cost >= 0 then {{ money_per('cost', 'first_buyer_count') }} end
            as cost_per_first_buyer,
        net_revenue_so_far,
        predicted_value_365d,
        {{ money_per('lifetime_value', 'first_buyer_count') }} as lifetime_value_per_buyer,
        case when cost > 0 then cast(lifetime_value as double) / cast(cost as double) end
            as ltv_to_cac,
        case
            when cost <= 0 then 'no_cost'
            when first_buyer_count = 0 then 'no_buyers'
            when lifetime_value is null then 'no_prediction'
        end as ltv_to_cac_reason,
        payback_months,
        case
            when cost <= 0 then 'no_cost'
            when first_buyer_count = 0 then 'no_buyers'
            when payback_months is null then 'not_yet'
            else 'paid_back'
        end as payback_status
    from valued

)

select * from costs
