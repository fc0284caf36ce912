-- read from the answers as they came: the last yes must be later than the last no
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

consents as (

    select * from {{ ref('stg_consents') }}

),

messages as (

    select * from {{ ref('stg_messages') }}

),

message_events as (

    select * from {{ ref('stg_message_events') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

answers as (

    select
        customer_id,
        channel,
        is_granted,
        changed_at
    from consents
    where purpose = 'marketing'
    union all
    select
        messages.customer_id,
        {{ consent_channel('messages.channel') }} as channel,
        false as is_granted,
        message_events.occurred_at as changed_at
    from message_events
    inner join messages on message_events.message_id = messages.message_id
    where message_events.event_name in ('unsubscribed', 'complained')

),

last_answers as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        campaign_recipients.channel,
        max(case when answers.is_granted then answers.changed_at end) as last_yes_at,
        max(case when not answers.is_granted then answers.changed_at end) as last_no_at
    from campaign_recipients
    inner join identities
        on
            campaign_recipients.customer_id = identities.customer_id
            and identities.identifier_type = 'customer_id'
    cross join as_of
    left join answers
        on
            identities.identifier = answers.customer_id
            and as_of.as_of_ends_at > answers.changed_at
            and answers.channel in (campaign_recipients.channel, 'all')
    where campaign_recipients.is_ad
    group by
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        campaign_recipients.channel

)

select * from last_answers
where
    not coalesce(last_yes_at > last_no_at, last_yes_at is not null)
    and not (
        {{ var('allow_transaction_exception') | string | lower }}
        and last_no_at is null
        and channel in ('email', 'sms')
    )
