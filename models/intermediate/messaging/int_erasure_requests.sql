with tickets as (

    select * from {{ ref('stg_tickets') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

requests as (

    select
        identities.customer_id,
        min(tickets.opened_at) as requested_at
    from tickets
    inner join identities
        on
            tickets.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on tickets.opened_at < as_of.opt_outs_end_at
    where
        {{ lower_case('tickets.category') }}
        = {{ lower_case(text_literal(var('erasure_ticket_category'))) }}
    group by identities.customer_id

)

select * from requests
