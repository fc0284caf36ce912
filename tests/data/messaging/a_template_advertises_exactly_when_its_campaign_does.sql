-- also fails for a template that no campaign uses, or one whose channel is not the campaign's
with templates as (

    select * from {{ ref('message_templates') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

uses as (

    select
        email_template_id as template_id,
        'email' as channel,
        is_ad
    from campaigns
    union all
    select
        sms_template_id as template_id,
        'sms' as channel,
        is_ad
    from campaigns
    union all
    select
        push_template_id as template_id,
        'push' as channel,
        is_ad
    from campaigns
    union all
    select
        kakao_template_id as template_id,
        'kakao' as channel,
        is_ad
    from campaigns

)

select
    templates.template_id,
    templates.variant,
    templates.language
from templates
left join uses
    on templates.template_id = uses.template_id and templates.channel = uses.channel
where uses.is_ad is null or uses.is_ad <> templates.is_ad
