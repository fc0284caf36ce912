{{ config(materialized='table') }}

{% set audiences = [
    'audience_review_request',
    'audience_complaint_follow_up',
    'audience_consent_reconfirm',
    'audience_back_in_stock',
    'audience_low_stock_cart',
    'audience_cart_abandonment',
    'audience_price_drop',
    'audience_coupon_expiry',
    'audience_points_expiry',
    'audience_birthday',
    'audience_welcome',
    'audience_first_purchase',
    'audience_price_hesitant_coupon',
    'audience_browse_abandonment',
    'audience_replenishment',
    'audience_second_purchase',
    'audience_cross_sell',
    'audience_grade_upgrade',
    'audience_churn_risk',
    'audience_winback',
    'audience_seasonal_repeat',
    'audience_new_arrival',
    'audience_long_stay_no_order',
    'audience_vip_early_access',
    'audience_referral_invite',
] %}

with campaigns as (

    select * from {{ ref('campaigns') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

audiences as (

    {%- for audience in audiences %}
    select * from {{ ref(audience) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- what is planned at the end of the as-of day is sent in the day after it
running_campaigns as (

    select campaigns.campaign_id
    from campaigns
    cross join as_of
    left join holidays on {{ add_days('as_of.as_of_date', 1) }} = holidays.holiday_on
    where
        campaigns.is_active
        and not (campaigns.avoids_holidays and holidays.holiday_on is not null)

),

members as (

    select audiences.*
    from audiences
    inner join running_campaigns on audiences.campaign_id = running_campaigns.campaign_id

)

select * from members
