-- read from the raw suppressions, by address
with suppressions as (

    select * from {{ ref('stg_suppressions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

channels as (

    {{ message_channels() }}

),

suppressed as (

    select distinct
        channels.channel,
        coalesce(suppressions.email, suppressions.phone_e164) as contact
    from suppressions
    inner join as_of
        on
            suppressions.suppressed_at < as_of.as_of_ends_at
            and (
                suppressions.lifted_at is null
                or suppressions.lifted_at >= as_of.as_of_ends_at
                or suppressions.lifted_at < suppressions.suppressed_at
            )
    inner join channels
        on {{ consent_channel('suppressions.channel') }} in (channels.channel, 'all')
    where coalesce(suppressions.email, suppressions.phone_e164) is not null

),

refused as (

    {{ addresses_and_hashes('suppressed') }}

),

exported as (

    {{ exported_addresses() }}

)

select
    exported.destination_id,
    exported.address
from exported
inner join refused on exported.channel = refused.channel and exported.address = refused.address
