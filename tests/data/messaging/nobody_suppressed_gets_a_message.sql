-- read from the suppressions as they came, or may have meant, by the contact of the message and by
-- account
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

suppressions as (

    select * from {{ ref('int_suppressions') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

open_suppressions as (

    select
        suppressions.email,
        suppressions.phone_e164,
        {{ consent_channel('suppressions.channel') }} as channel,
        identities.customer_id
    from suppressions
    inner join as_of
        on
            suppressions.suppressed_at < as_of.as_of_ends_at
            and (
                suppressions.lifted_at is null
                or suppressions.lifted_at >= as_of.as_of_ends_at
                or suppressions.lifted_at < suppressions.suppressed_at
            )
    left join identities
        on
            suppressions.contact = identities.identifier
            and identities.identifier_type = 'customer_id'

)

select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id
from campaign_recipients
inner join open_suppressions
    on
        open_suppressions.channel in (campaign_recipients.channel, 'all')
        and campaign_recipients.contact
        in (open_suppressions.email, open_suppressions.phone_e164)
union all
select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id
from campaign_recipients
inner join open_suppressions
    on
        open_suppressions.channel in (campaign_recipients.channel, 'all')
        and campaign_recipients.customer_id = open_suppressions.customer_id
