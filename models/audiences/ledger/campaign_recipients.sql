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

-- what goes out when Kakao cannot deliver: only its place keeps the sms back, no cap at that hour
fallbacks as (

    select
        campaign_eligibility.campaign_id,
        campaign_eligibility.customer_id,
        'kakao' as replaced_channel,
        upper(sms_texts.message_type) as message_type,
        sms_texts.title,
        sms_texts.body
    from campaign_eligibility
    inner join campaign_texts as sms_texts
        on
            campaign_eligibility.campaign_id = sms_texts.campaign_id
            and campaign_eligibility.customer_id = sms_texts.customer_id
            and campaign_eligibility.channel = sms_texts.channel
    inner join campaign_checks as replaced
        on
            campaign_eligibility.campaign_id = replaced.campaign_id
            and campaign_eligibility.customer_id = replaced.customer_id
            and replaced.channel = 'kakao'
    left join cap_releases
        on
            campaign_eligibility.customer_id = cap_releases.customer_id
            and campaign_eligibility.channel = cap_releases.channel
    where
        campaign_eligibility.reason_code = 'lower_channel'
        and campaign_eligibility.channel = 'sms'
        and sms_texts.problem is null
        and (
            not replaced.is_ad
            or cap_releases.released_at is null
            or cap_releases.released_at <= replaced.planned_at
        )

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
    left join prices
        on
            campaign_texts.message_type = prices.message_type
            and {{ local_date('campaign_eligibility.send_at') }} >= prices.valid_from
            and {{ local_date('campaign_eligibility.send_at') }} < prices.valid_until
    where campaign_eligibility.is_eligible

)

select * from recipients
