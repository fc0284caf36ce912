with campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

export_kakao_alimtalk as (

    select * from {{ ref('export_kakao_alimtalk') }}

),

export_kakao_brand as (

    select * from {{ ref('export_kakao_brand') }}

),

export_aligo as (

    select * from {{ ref('export_aligo') }}

),

informing as (

    select template_code
    from campaign_messages
    where channel = 'kakao' and not is_ad

),

advertising as (

    select template_code
    from campaign_messages
    where channel = 'kakao' and is_ad

)

select {{ header('templateCode') }} as template_code
from export_kakao_alimtalk
where {{ header('templateCode') }} not in (select template_code from informing)
union all
select tpl_code as template_code
from export_aligo
where tpl_code not in (select template_code from informing)
union all
select {{ header('templateCode') }} as template_code
from export_kakao_brand
where {{ header('templateCode') }} not in (select template_code from advertising)
