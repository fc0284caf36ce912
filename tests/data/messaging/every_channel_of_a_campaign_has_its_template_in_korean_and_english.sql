-- the one for all arms: a text for one arm only would leave the others without
with templates as (

    select * from {{ ref('message_templates') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

channels as (

    {{ message_channels() }}

),

languages as (

    select 'ko' as language
    union all
    select 'en' as language

),

needed as (

    select
        campaigns.campaign_id,
        channels.channel,
        languages.language,
        case channels.channel
            when 'email' then campaigns.email_template_id
            when 'sms' then campaigns.sms_template_id
            when 'push' then campaigns.push_template_id
            when 'kakao' then campaigns.kakao_template_id
        end as template_id
    from campaigns
    inner join channels on contains(campaigns.channels, channels.channel)
    cross join languages

)

select
    needed.campaign_id,
    needed.channel,
    needed.language
from needed
left join templates
    on
        needed.template_id = templates.template_id
        and needed.channel = templates.channel
        and needed.language = templates.language
        and coalesce(templates.variant, '') = ''
where templates.template_id is null
