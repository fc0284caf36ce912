with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

)

select
    customer_id,
    count(*) as message_count
from campaign_recipients
where is_ad
group by customer_id
having count(*) > 1
