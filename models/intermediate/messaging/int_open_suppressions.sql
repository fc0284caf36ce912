with suppressions as (

    select * from {{ ref('stg_suppressions') }}

),

accounts as (

    select * from {{ ref('stg_customers') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

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

open_suppressions as (

    select suppressions.*
    from suppressions
    inner join as_of
        on
            suppressions.suppressed_at < as_of.as_of_ends_at
            and (
                suppressions.lifted_at is null
                or suppressions.lifted_at >= as_of.as_of_ends_at
            )

),

-- a contact may read as more than one kind of address
named as (

    select *, 'email' as address_type, email as address from open_suppressions
    union all
    select *, 'phone' as address_type, phone_e164 as address from open_suppressions
    union all
    select *, 'customer_id' as address_type, contact as address from open_suppressions

),

person_accounts as (

    select
        identities.customer_id,
        identities.identifier,
        accounts.email,
        accounts.phone_e164
    from identities
    left join accounts on identities.identifier = accounts.customer_id
    where identities.identifier_type = 'customer_id'

),

addresses as (

    select
        customer_id,
        'email' as address_type,
        email as address,
        true as is_in_use
    from customer_attributes
    union all
    select customer_id, 'phone', phone_e164, true from customer_attributes
    union all
    select customer_id, 'customer_id', identifier, true from person_accounts
    union all
    select customer_id, 'email', email, false from person_accounts
    union all
    select customer_id, 'phone', phone_e164, false from person_accounts

),

matched as (

    select
        addresses.customer_id,
        channels.channel,
        named.reason,
        named.suppressed_at,
        row_number() over (
            partition by addresses.customer_id, channels.channel
            order by named.suppressed_at desc, named.reason, named.contact, named.channel
        ) as suppression_number
    from named
    inner join addresses
        on named.address_type = addresses.address_type and named.address = addresses.address
    inner join channels on {{ consent_channel('named.channel') }} in (channels.channel, 'all')
    where named.reason <> 'hard_bounce' or addresses.is_in_use

),

newest as (

    select
        customer_id,
        channel,
        reason,
        suppressed_at
    from matched
    where suppression_number = 1

)

select * from newest
