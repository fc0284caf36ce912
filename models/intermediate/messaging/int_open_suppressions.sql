{%- set address_columns = {
    'email': 'email', 'phone': 'phone_e164', 'customer_id': 'contact',
} -%}

with suppressions as (

    select * from {{ ref('int_suppressions') }}

),

known_customers as (

    select * from {{ ref('int_known_customers') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

customer_contacts as (

    select * from {{ ref('int_customer_contacts') }}

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
            suppressions.suppressed_at < as_of.opt_outs_end_at
            and (
                suppressions.lifted_at is null
                or suppressions.lifted_at >= as_of.as_of_ends_at
                or suppressions.lifted_at < suppressions.suppressed_at  -- that was another
            )

),

-- a contact may read as more than one kind of address
named as (

    {%- for address_type, column in address_columns.items() %}
    select
        channel,
        reason,
        suppressed_at,
        contact,
        '{{ address_type }}' as address_type,
        {{ column }} as address
    from open_suppressions
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

accounts as (

    select
        identities.customer_id,
        identities.identifier,
        known_customers.email
    from identities
    left join known_customers on identities.identifier = known_customers.customer_id
    where identities.identifier_type = 'customer_id'

),

-- those in use, those that any record or order gave (a record's also where it is no valid address)
addresses as (

    {%- for table, address_type, column, is_in_use in [
        ('customer_attributes', 'email', 'email', 'true'),
        ('customer_attributes', 'phone', 'phone_e164', 'true'),
        ('accounts', 'customer_id', 'identifier', 'true'),
        ('accounts', 'email', 'email', 'false'),
    ] %}
    select
        customer_id,
        '{{ address_type }}' as address_type,
        {{ column }} as address,
        {{ is_in_use }} as is_in_use
    from {{ table }}
    union all
    {%- endfor %}
    select
        accounts.customer_id,
        customer_contacts.contact_type as address_type,
        customer_contacts.contact as address,
        false as is_in_use
    from customer_contacts
    inner join accounts on customer_contacts.customer_id = accounts.identifier

),

matched as (

    select
        addresses.customer_id,
        channels.channel,
        named.reason,
        named.suppressed_at,
        row_number() over (
            partition by addresses.customer_id, channels.channel
            order by
                named.suppressed_at desc, named.reason asc, named.contact asc, named.channel asc
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
