-- byte for byte, without the macros that add the words
{%- set sender = var('sender_name') -%}
{%- set label = '(광고)' ~ sender ~ ' ' -%}
{%- set opt_out = '무료수신거부 ' ~ var('opt_out_phone') %}

with texts as (

    select * from {{ ref('campaign_texts') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

)

select
    texts.campaign_id,
    texts.customer_id,
    texts.message_type,
    texts.title,
    texts.body
from texts
inner join campaigns on texts.campaign_id = campaigns.campaign_id and campaigns.is_ad
where
    texts.problem is null
    and not case
        when texts.message_type in ('sms', 'lms')
            then
                left(texts.body, {{ label | length }}) = '{{ label }}'
                and right(texts.body, {{ opt_out | length + 1 }}) = chr(10) || '{{ opt_out }}'
                and left(coalesce(texts.title, '{{ label }}'), {{ label | length }}) = '{{ label }}'
        when texts.message_type = 'push'
            then
                left(texts.title, {{ label | length }}) = '{{ label }}'
                and right(texts.body, {{ opt_out | length + 1 }}) = chr(10) || '{{ opt_out }}'
        when texts.message_type = 'email'
            then
                left(texts.title, 5) = '(광고) '
                and right(texts.body, {{ var('unsubscribe_url') | length }})
                = '{{ var("unsubscribe_url") }}'
                and contains(texts.body, '수신거부(Unsubscribe)')
        else texts.message_type in ('brand_friend', 'brand_other')
    end
