with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

eligible as (

    select * from {{ ref('campaign_eligibility') }}
    where is_eligible

)

select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id,
    eligible.campaign_id as eligible_campaign_id,
    eligible.customer_id as eligible_customer_id
from campaign_recipients
full outer join eligible
    on
        campaign_recipients.campaign_id = eligible.campaign_id
        and campaign_recipients.customer_id = eligible.customer_id
        and campaign_recipients.channel = eligible.channel
        and campaign_recipients.send_at = eligible.send_at
where campaign_recipients.campaign_id is null or eligible.campaign_id is null
