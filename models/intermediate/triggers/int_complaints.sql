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
        tickets.ticket_id,
        identities.customer_id,
        tickets.opened_at,
        case when tickets.resolved_at < as_of.as_of_ends_at then tickets.resolved_at end
            as resolved_at
    from tickets
    inner join identities
        on
            tickets.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on tickets.opened_at < as_of.as_of_ends_at
    where
        {{ lower_case('tickets.category') }} = 'complaint'
        or {{ lower_case('tickets.sentiment') }} = 'negative'

)

select * from complaints
