-- read from the raw answers and messages
with consent_states as (

    select * from {{ ref('consent_states') }}

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

noes as (

    select
        customer_id,
        channel,
        purpose,
        changed_at
    from consents
    where not is_granted
    union all
    select
        messages.customer_id,
        {{ consent_channel('messages.channel') }} as channel,
        'marketing' as purpose,
        message_events.occurred_at as changed_at
    from message_events
    inner join messages on message_events.message_id = messages.message_id
    where message_events.event_name in ('unsubscribed', 'complained')

)

select
    consent_states.customer_id,
    consent_states.channel,
    consent_states.purpose,
    consent_states.changed_at,
    noes.changed_at as refused_at
from consent_states
inner join identities
    on
        consent_states.customer_id = identities.customer_id
        and identities.identifier_type = 'customer_id'
inner join noes
    on
        identities.identifier = noes.customer_id
        and consent_states.purpose = noes.purpose
        and noes.channel in (consent_states.channel, 'all')
        and consent_states.changed_at <= noes.changed_at
inner join as_of on noes.changed_at < as_of.as_of_ends_at
where consent_states.is_granted
