with messages as (

    select * from {{ ref('stg_messages') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

sent as (

    select
        messages.message_id,
        identities.customer_id,
        messages.campaign_id,
        {{ consent_channel('messages.channel') }} as channel,
        messages.sent_at,
        coalesce(messages.is_ad, campaigns.is_ad, true) as is_ad
    from messages
    inner join identities
        on
            messages.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on messages.sent_at < as_of.as_of_ends_at
    left join campaigns on messages.campaign_id = campaigns.campaign_id

)

select * from sent
