-- read from the tickets as they came
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

tickets as (

    select * from {{ ref('stg_tickets') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id,
    tickets.ticket_id
from campaign_recipients
inner join identities on campaign_recipients.customer_id = identities.customer_id
inner join tickets on identities.identifier = tickets.customer_id
inner join as_of on tickets.opened_at < as_of.as_of_ends_at
where
    identities.identifier_type = 'customer_id'
    and (
        lower(tickets.category) = lower('{{ var("erasure_ticket_category") }}')
        or (
            campaign_recipients.is_ad
            and (
                lower(tickets.category) = 'complaint' or lower(tickets.sentiment) = 'negative'
            )
            and coalesce(tickets.resolved_at >= as_of.as_of_ends_at, true)
        )
    )
