{{ config(materialized='view') }}

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

withdrawals as (

    select
        messages.customer_id as account_id,
        {{ consent_channel('messages.channel') }} as named_channel,
        message_events.occurred_at as changed_at,
        min(message_events.event_name) as source
    from message_events
    inner join messages on message_events.message_id = messages.message_id
    where message_events.event_name in ('unsubscribed', 'complained')
    group by
        messages.customer_id,
        {{ consent_channel('messages.channel') }},
        message_events.occurred_at

),

answers as (

    select
        customer_id as account_id,
        channel as named_channel,
        purpose,
        is_granted,
        changed_at,
        'consents' as answered_in,
        consent_source as source,
        result_notified_at,
        reconfirmed_at
    from consents
    union all
    select
        account_id,
        named_channel,
        'marketing' as purpose,
        false as is_granted,
        changed_at,
        'message_events' as answered_in,
        source,
        cast(null as timestamp) as result_notified_at,
        cast(null as timestamp) as reconfirmed_at
    from withdrawals

),

known as (

    select
        identities.customer_id,
        channels.channel,
        answers.account_id,
        answers.named_channel,
        answers.purpose,
        answers.is_granted,
        answers.changed_at,
        answers.answered_in,
        answers.source,
        case
            when answers.result_notified_at < as_of.as_of_ends_at then answers.result_notified_at
        end as result_notified_at,
        case
            when answers.reconfirmed_at < as_of.as_of_ends_at then answers.reconfirmed_at
        end as reconfirmed_at
    from answers
    inner join channels on answers.named_channel in (channels.channel, 'all')
    inner join identities
        on
            answers.account_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of
        on
            answers.changed_at
            < case when answers.is_granted then as_of.as_of_ends_at else as_of.opt_outs_end_at end

)

select * from known
