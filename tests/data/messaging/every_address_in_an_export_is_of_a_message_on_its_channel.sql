-- from the exports back to the messages, past everything in between
with campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

export_braze as (

    select * from {{ ref('export_braze') }}

),

export_onsite as (

    select * from {{ ref('export_onsite') }}

),

contacts as (

    select distinct
        channel,
        contact
    from campaign_messages

),

known as (

    {{ addresses_and_hashes('contacts') }}

),

exported as (

    {{ exported_addresses() }}

),

people as (

    select distinct customer_id from campaign_messages

)

select
    exported.destination_id,
    exported.address
from exported
left join known on exported.channel = known.channel and exported.address = known.address
where exported.address is not null and known.address is null
union all
select
    'braze' as destination_id,
    export_braze.external_id as address
from export_braze
left join people on export_braze.external_id = people.customer_id
where people.customer_id is null
union all
select
    'onsite' as destination_id,
    export_onsite.customer_id as address
from export_onsite
left join people on export_onsite.customer_id = people.customer_id
where people.customer_id is null
