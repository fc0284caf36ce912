with tickets as (

    select * from {{ ref('stg_tickets') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

complaints as (

    select
        identities.customer_id,
        min(tickets.opened_at) as opened_at,
        cast(count(*) as bigint) as complaint_count
    from tickets
    inner join identities
        on
            tickets.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of
        on
            tickets.opened_at < as_of.as_of_ends_at
            and (tickets.resolved_at is null or tickets.resolved_at >= as_of.as_of_ends_at)
    where
        {{ lower_case('tickets.category') }} = 'complaint'
        or {{ lower_case('tickets.sentiment') }} = 'negative'
    group by identities.customer_id

)

select * from complaints
