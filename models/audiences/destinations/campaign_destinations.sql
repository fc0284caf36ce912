with campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

destinations as (

    select * from {{ ref('destinations') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

given_away as (

    select
        customer_id,
        channel,
        bool_or(purpose = 'third_party') as has_third_party_consent,
        bool_or(purpose = 'overseas') as has_overseas_consent
    from consent_states
    where is_granted
    group by customer_id, channel

),

taken as (

    select
        destinations.destination_id,
        campaign_messages.campaign_id,
        campaign_messages.customer_id,
        campaign_messages.channel,
        campaign_messages.send_at,
        campaign_messages.message_type,
        campaign_messages.is_ad,
        campaign_messages.contact,
        campaign_messages.template_code,
        campaign_messages.title,
        campaign_messages.body,
        campaign_messages.link,
        campaign_messages.parameters,
        campaign_messages.product_id,
        campaign_messages.fallback_type,
        campaign_messages.fallback_title,
        campaign_messages.fallback_body
    from campaign_messages
    inner join destinations
        on
            instr('|' || destinations.channels || '|', '|' || campaign_messages.channel || '|')
            > 0
    left join given_away
        on
            campaign_messages.customer_id = given_away.customer_id
            and campaign_messages.channel = given_away.channel
    where
        {{ is_id_for_files('campaign_messages.campaign_id', 'campaign_messages.customer_id') }}
        and (
            not destinations.needs_third_party
            or (campaign_messages.is_ad and coalesce(given_away.has_third_party_consent, false))
        )
        and (
            not destinations.needs_overseas or coalesce(given_away.has_overseas_consent, false)
        )
        and (
            destinations.message_types is null
            or instr(
                '|' || destinations.message_types || '|',
                '|' || campaign_messages.message_type || '|'
            ) > 0
        )

)

select * from taken
