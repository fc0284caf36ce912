-- each window is counted anew, message by message
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}
    where is_ad

),

sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

frequency_caps as (

    select * from {{ ref('frequency_caps') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

windows as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        frequency_caps.channel || ': ' || cast(frequency_caps.days as string) || ' days'
            as limited_by,
        frequency_caps.max_messages,
        count(sent_messages.message_id) as sent_count
    from campaign_recipients
    inner join frequency_caps
        on frequency_caps.channel in (campaign_recipients.channel, 'all')
    left join sent_messages
        on
            campaign_recipients.customer_id = sent_messages.customer_id
            and sent_messages.is_ad
            and frequency_caps.channel in (sent_messages.channel, 'all')
            and sent_messages.sent_at
            > {{ add_minutes('campaign_recipients.send_at', '-24 * 60 * frequency_caps.days') }}
    group by
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        frequency_caps.channel,
        frequency_caps.days,
        frequency_caps.max_messages

),

repeats as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        'cooldown' as limited_by,
        1 as max_messages,
        count(sent_messages.message_id) as sent_count
    from campaign_recipients
    inner join campaigns on campaign_recipients.campaign_id = campaigns.campaign_id
    inner join sent_messages
        on
            campaign_recipients.customer_id = sent_messages.customer_id
            and campaign_recipients.campaign_id = sent_messages.campaign_id
            and sent_messages.sent_at
            > {{ add_minutes('campaign_recipients.send_at', '-24 * 60 * campaigns.cooldown_days') }}
    group by campaign_recipients.campaign_id, campaign_recipients.customer_id

),

limits as (

    select * from windows
    union all
    select * from repeats

)

select * from limits
where sent_count >= max_messages
