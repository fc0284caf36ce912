-- from the hashes back to the people: somebody with the address agreed to both on its channel
with campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

agreed as (

    select
        customer_id,
        channel
    from consent_states
    where purpose in ('third_party', 'overseas') and is_granted
    group by customer_id, channel
    having count(*) = 2

),

contacts as (

    select distinct
        campaign_messages.channel,
        campaign_messages.contact
    from campaign_messages
    inner join agreed
        on
            campaign_messages.customer_id = agreed.customer_id
            and campaign_messages.channel = agreed.channel
    where campaign_messages.is_ad

),

allowed as (

    {{ addresses_and_hashes('contacts') }}

),

exported as (

    {{ exported_addresses() }}

)

select
    exported.destination_id,
    exported.address
from exported
left join allowed on exported.channel = allowed.channel and exported.address = allowed.address
where
    exported.destination_id in ('meta_custom_audience', 'google_customer_match', 'tiktok')
    and exported.address is not null
    and allowed.address is null
