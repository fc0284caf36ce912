with templates as (

    select * from {{ ref('message_templates') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

)

select
    templates.template_id,
    templates.variant,
    templates.language
from templates
left join campaigns
    on
        templates.template_id in (
            campaigns.email_template_id, campaigns.sms_template_id,
            campaigns.push_template_id, campaigns.kakao_template_id
        )
        and contains('|' || campaigns.variants || '|', '|' || templates.variant || '|')
where coalesce(templates.variant, '') <> '' and campaigns.campaign_id is null
