-- one row per account that belongs to nobody, to somebody who is not their own person, or to
-- another person than an account that it is linked to
with customer_identities as (

    select * from {{ ref('customer_identities') }}

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

accounts as (

    select
        identifier,
        customer_id
    from customer_identities
    where identifier_type = 'customer_id'

),

misplaced as (

    select accounts.identifier
    from accounts
    left join accounts as people on accounts.customer_id = people.identifier
    where people.customer_id is null or people.customer_id != people.identifier

),

torn_apart as (

    select identity_links.customer_id as identifier
    from identity_links
    left join accounts on identity_links.customer_id = accounts.identifier
    left join accounts as linked_accounts
        on identity_links.linked_customer_id = linked_accounts.identifier
    where
        accounts.customer_id is null
        or linked_accounts.customer_id is null
        or accounts.customer_id != linked_accounts.customer_id

),

wrong as (

    select identifier from misplaced
    union
    select identifier from torn_apart

)

select * from wrong
