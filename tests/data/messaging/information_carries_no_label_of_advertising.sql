with texts as (

    select * from {{ ref('campaign_texts') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

)

select
    texts.campaign_id,
    texts.customer_id,
    texts.message_type
from texts
inner join campaigns on texts.campaign_id = campaigns.campaign_id and not campaigns.is_ad
where
    texts.problem is null
    and (
        contains(coalesce(texts.title, '') || texts.body, '(광고)')
        or texts.message_type in ('brand_friend', 'brand_other')
    )
