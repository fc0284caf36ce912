{{ config(materialized='table') }}

with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

campaign_checks as (

    select * from {{ ref('campaign_checks') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

-- the two channels that a recipient may be reached on, judged by what is known now
still_permitted as (

    select
        campaign_checks.campaign_id,
        campaign_checks.customer_id,
        campaign_checks.channel
    from campaign_recipients
    inner join campaign_checks
        on
            campaign_recipients.campaign_id = campaign_checks.campaign_id
            and campaign_recipients.customer_id = campaign_checks.customer_id
    inner join message_permissions
        on
            campaign_checks.customer_id = message_permissions.customer_id
            and campaign_checks.channel = message_permissions.channel
    where
        campaign_checks.channel in (campaign_recipients.channel, 'sms')
        and not message_permissions.is_erased
        and message_permissions.suppression_reason is null
        and (
            not campaign_checks.is_ad
            or message_permissions.has_marketing_consent
            or (campaign_checks.uses_exception and not message_permissions.has_refused)
        )
        and not {{ is_at_night(
            local_time_in('campaign_recipients.send_at', 'campaign_checks.time_zone'),
            night_rule(
                'campaign_checks.channel',
                'campaign_checks.is_ad',
                'message_permissions.has_night_consent'
            )
        ) }}

),

messages as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        campaign_recipients.channel,
        campaign_recipients.variant,
        campaign_recipients.send_at,
        campaign_recipients.template_id,
        campaign_recipients.title,
        campaign_recipients.body,
        campaign_recipients.template_code,
        campaign_recipients.language,
        campaign_recipients.message_type,
        campaign_recipients.is_ad,
        campaign_recipients.contact,
        campaign_recipients.link,
        campaign_recipients.parameters,
        campaign_recipients.product_id,
        case when fallback_permitted.channel is not null then campaign_recipients.fallback_type end
            as fallback_type,
        case when fallback_permitted.channel is not null then campaign_recipients.fallback_title end
            as fallback_title,
        case when fallback_permitted.channel is not null then campaign_recipients.fallback_body end
            as fallback_body,
        campaign_recipients.cost
    from campaign_recipients
    inner join still_permitted
        on
            campaign_recipients.campaign_id = still_permitted.campaign_id
            and campaign_recipients.customer_id = still_permitted.customer_id
            and campaign_recipients.channel = still_permitted.channel
    left join still_permitted as fallback_permitted
        on
            campaign_recipients.campaign_id = fallback_permitted.campaign_id
            and campaign_recipients.customer_id = fallback_permitted.customer_id
            and fallback_permitted.channel = 'sms'

)

select * from messages
