{{ config(materialized='table') }}

with campaign_plans as (

    select * from {{ ref('campaign_plans') }}

),

campaign_texts as (

    select * from {{ ref('campaign_texts') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

products as (

    select * from {{ ref('products') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

category_purchases as (

    select * from {{ ref('int_category_purchases') }}

),

last_sends as (

    select * from {{ ref('int_last_sends') }}

),

cap_releases as (

    select * from {{ ref('int_cap_releases') }}

),

checks as (

    select
        -- what is planned
        campaign_plans.campaign_id,
        campaign_plans.customer_id,
        campaign_plans.channel,
        campaign_plans.channel_place,
        campaign_plans.is_ad,
        campaign_plans.priority,
        campaign_plans.arm,
        campaign_plans.planned_at,
        campaign_plans.planned_on,
        campaign_plans.time_zone,

        -- may the person be written to
        message_permissions.contact,
        message_permissions.is_erased,
        message_permissions.birth_date,
        coalesce(
            not {{ age_reached(
                'message_permissions.birth_date',
                'campaign_plans.planned_on',
                var('guardian_age')
            ) }}
            and not message_permissions.is_guardian_verified,
            false
        ) as is_under_age,
        case
            when campaign_plans.is_ad and campaign_plans.channel = 'kakao'
                then message_permissions.has_brand_contact
                    and not {{ is_night_in_korea('campaign_plans.planned_at') }}
            else message_permissions.has_contact
        end as has_contact,
        message_permissions.suppression_reason,

        -- did the person consent
        message_permissions.has_marketing_consent,
        message_permissions.has_refused,
        coalesce(
            {{ var('allow_transaction_exception') | string | lower }}
            and campaign_plans.is_ad
            and campaign_plans.channel in ('email', 'sms')
            and not message_permissions.has_marketing_consent
            and not message_permissions.has_refused
            and {{ add_months('category_purchases.last_ordered_on', 6) }}
            >= campaign_plans.planned_on,
            false
        ) as uses_exception,
        message_permissions.consent_due_on,
        message_permissions.is_unconfirmed,
        message_permissions.has_open_complaint,

        -- was the person written to lately
        last_sends.last_sent_at,
        coalesce(
            campaign_plans.planned_at
            < {{ add_minutes('last_sends.last_sent_at', '24 * 60 * campaigns.cooldown_days') }},
            false
        ) as is_cooling_down,
        case when campaign_plans.planned_at < cap_releases.released_at then cap_releases.cap end
            as cap_reached,

        -- does an experiment or the text hold it back
        {{ is_held_out("'shop'", 'campaign_plans.customer_id', var('global_holdout_share')) }}
            as is_in_global_holdout,
        case
            when campaign_plans.arm = 'control' then null
            when campaign_texts.campaign_id is null then 'there is no text'
            else campaign_texts.problem
        end as text_problem
    from campaign_plans
    inner join campaigns on campaign_plans.campaign_id = campaigns.campaign_id
    inner join message_permissions
        on
            campaign_plans.customer_id = message_permissions.customer_id
            and campaign_plans.channel = message_permissions.channel
    left join products on campaign_plans.product_id = products.product_id
    left join category_purchases
        on
            campaign_plans.customer_id = category_purchases.customer_id
            and products.category = category_purchases.category
    left join last_sends
        on
            campaign_plans.campaign_id = last_sends.campaign_id
            and campaign_plans.customer_id = last_sends.customer_id
    left join cap_releases
        on
            campaign_plans.customer_id = cap_releases.customer_id
            and campaign_plans.channel = cap_releases.channel
    left join campaign_texts
        on
            campaign_plans.campaign_id = campaign_texts.campaign_id
            and campaign_plans.customer_id = campaign_texts.customer_id
            and campaign_plans.channel = campaign_texts.channel

)

select * from checks
