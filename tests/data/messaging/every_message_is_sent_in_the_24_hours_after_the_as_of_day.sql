with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id,
    campaign_recipients.send_at
from campaign_recipients
cross join as_of
where
    campaign_recipients.send_at < as_of.as_of_ends_at
    or campaign_recipients.send_at >= {{ add_minutes('as_of.as_of_ends_at', 24 * 60) }}
