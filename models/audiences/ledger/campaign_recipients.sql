{{ config(materialized='table') }}

with campaign_eligibility as (

    select * from {{ ref('campaign_eligibility') }}

),

campaign_checks as (

    select * from {{ ref('campaign_checks') }}

),

campaign_plans as (

    select * from {{ ref('campaign_plans') }}

),

campaign_texts as (

    select * from {{ ref('campaign_texts') }}

),

sms_texts as (

    select * from {{ ref('campaign_texts') }}
    where channel = 'sms' and problem is null

),

cap_releases as (

    select * from {{ ref('int_cap_releases') }}

),

message_costs as (

    select * from {{ ref('message_costs') }}

),

prices as (

    select
        message_type,
        cost,
        valid_from,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by message_type
            order by valid_from
        ) as valid_until
    from message_costs

),

-- what goes out when Kakao cannot deliver: nothing but its place keeps the sms back
fallbacks as (

    select
        campaign_eligibility.campaign_id,
        campaign_eligibility.customer_id,
        'kakao' as replaced_channel,
        upper(sms_texts.message_type) as message_type,
        sms_texts.title,
        sms_texts.body,
        coalesce(cap_releases.released_at, cast('1900-01-01' as timestamp)) as released_at
    from campaign_eligibility
    inner join sms_texts
        on
            campaign_eligibility.campaign_id = sms_texts.campaign_id
            and campaign_eligibility.customer_id = sms_texts.customer_id
            and campaign_eligibility.channel = sms_texts.channel
    left join cap_releases
        on
            campaign_eligibility.customer_id = cap_releases.customer_id
            and campaign_eligibility.channel = cap_releases.channel
    where campaign_eligibility.reason_code = 'lower_channel'

),

recipients as (

    select
        -- who, when, where
        campaign_eligibility.campaign_id,
        campaign_eligibility.customer_id,
        campaign_eligibility.channel,
        campaign_checks.arm as variant,
        campaign_eligibility.send_at,

        -- what
        campaign_texts.template_id,
        campaign_texts.title,
        campaign_texts.body,
        campaign_texts.template_code,
        campaign_texts.language,
        campaign_texts.message_type,
        campaign_checks.is_ad,
        campaign_checks.contact,
        campaign_texts.link,
        campaign_texts.parameters,
        campaign_plans.product_id,

        -- instead of it
        fallbacks.message_type as fallback_type,
        fallbacks.title as fallback_title,
        fallbacks.body as fallback_body,

        -- at what price
        prices.cost
    from campaign_eligibility
    inner join campaign_checks
        on
            campaign_eligibility.campaign_id = campaign_checks.campaign_id
            and campaign_eligibility.customer_id = campaign_checks.customer_id
            and campaign_eligibility.channel = campaign_checks.channel
    inner join campaign_plans
        on
            campaign_eligibility.campaign_id = campaign_plans.campaign_id
            and campaign_eligibility.customer_id = campaign_plans.customer_id
            and campaign_eligibility.channel = campaign_plans.channel
    inner join campaign_texts
        on
            campaign_eligibility.campaign_id = campaign_texts.campaign_id
            and campaign_eligibility.customer_id = campaign_texts.customer_id
            and campaign_eligibility.channel = campaign_texts.channel
    left join fallbacks
        on
            campaign_eligibility.campaign_id = fallbacks.campaign_id
            and campaign_eligibility.customer_id = fallbacks.customer_id
            and campaign_eligibility.channel = fallbacks.replaced_channel
            -- at that hour the sms must have left its own caps
            and case
                when campaign_checks.is_ad then campaign_checks.planned_at
                else cast('9999-12-31' as timestamp)
            end >= fallbacks.released_at
    left join prices
        on
            campaign_texts.message_type = prices.message_type
            and {{ local_date('campaign_eligibility.send_at') }} >= prices.valid_from
            and {{ local_date('campaign_eligibility.send_at') }} < prices.valid_until
    where campaign_eligibility.is_eligible

)

select * from recipients
