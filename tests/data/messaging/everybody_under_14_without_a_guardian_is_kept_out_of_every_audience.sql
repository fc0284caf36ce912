with members as (

    select * from {{ ref('campaign_members') }}

),

customers as (

    select * from {{ ref('customers') }}

),

accounts as (

    select * from {{ ref('stg_customers') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

verified as (

    select identities.customer_id
    from accounts
    inner join identities
        on
            accounts.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    where accounts.is_guardian_verified

)

select
    members.campaign_id,
    members.customer_id
from members
inner join customers on members.customer_id = customers.customer_id
cross join as_of
where
    {{ months_between_dates('customers.birth_date', 'as_of.as_of_date') }} < 14 * 12
    and members.customer_id not in (select customer_id from verified)
