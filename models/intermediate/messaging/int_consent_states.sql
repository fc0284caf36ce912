with consents as (

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

channels as (

    {{ message_channels() }}

),

answers as (

    select
        consents.customer_id,
        channels.channel,
        consents.purpose,
        consents.is_granted,
        consents.changed_at,
        'consents' as answered_in
    from consents
    inner join channels on consents.channel in (channels.channel, 'all')

),

withdrawals as (

    select
        messages.customer_id,
        {{ consent_channel('messages.channel') }} as channel,
        'marketing' as purpose,
        false as is_granted,
        message_events.occurred_at as changed_at,
        'message_events' as answered_in
    from message_events
    inner join messages on message_events.message_id = messages.message_id
    where message_events.event_name in ('unsubscribed', 'complained')

),

known as (

    select * from answers
    union all
    select * from withdrawals

),

ranked as (

    select
        identities.customer_id,
        known.channel,
        known.purpose,
        known.is_granted,
        known.changed_at,
        known.answered_in,
        row_number() over (
            partition by identities.customer_id, known.channel, known.purpose
            order by
                known.changed_at desc,
                case when known.is_granted then 1 else 0 end asc,
                known.answered_in asc
        ) as answer_number
    from known
    inner join identities
        on known.customer_id = identities.identifier and identities.identifier_type = 'customer_id'
    inner join as_of on known.changed_at < as_of.as_of_ends_at

),

latest as (

    select
        customer_id,
        channel,
        purpose,
        is_granted,
        changed_at,
        answered_in
    from ranked
    where answer_number = 1

)

select * from latest
