with customers as (

    select * from {{ ref('int_known_customers') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

milestones as (

    select * from {{ ref('int_customer_milestones') }}

),

-- the account that names the referrer counts, not the person's first one
naming as (

    select
        milestones.customer_id,
        coalesce(customers.signed_up_at, milestones.first_signed_up_at) as signed_up_at,
        customers.referred_by_customer_id
    from customers
    inner join identities
        on
            customers.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join milestones on identities.customer_id = milestones.customer_id
    where customers.referred_by_customer_id is not null

),

referred as (

    select
        identities.customer_id,
        min(naming.signed_up_at) as referred_at
    from naming
    inner join identities
        on
            naming.referred_by_customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
            and naming.customer_id != identities.customer_id
    where naming.signed_up_at is not null
    group by identities.customer_id

)

select * from referred
