with texts as (

    select * from {{ ref('campaign_texts') }}

)

select
    campaign_id,
    customer_id,
    channel,
    title,
    body,
    link
from texts
where
    problem is null
    and (
        contains(coalesce(title, '') || body || coalesce(link, ''), '#{{ "{" }}')
        or coalesce(body, '') = ''
        or (message_type in ('email', 'push', 'lms') and coalesce(title, '') = '')
        or (channel = 'kakao' and template_code is null)
    )
