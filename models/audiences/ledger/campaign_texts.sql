{{ config(materialized='table') }}

with renderings as (

    select * from {{ ref('campaign_renderings') }}

),

labelled as (

    select
        *,
        case when is_ad then {{ advertising_label('channel') }} else '' end
        || title as labelled_title,
        case when is_ad and channel = 'sms' then {{ advertising_label('channel') }} else '' end
        || body
        || case when is_ad then {{ advertising_opt_out('channel') }} else '' end as labelled_body
    from renderings

),

typed as (

    select
        *,
        case
            when channel in ('email', 'push') then channel
            when channel = 'kakao' and not is_ad then 'alimtalk'
            when channel = 'kakao' and is_kakao_friend then 'brand_friend'
            when channel = 'kakao' then 'brand_other'
            when allows_lms and {{ cp949_bytes('labelled_body') }} > {{ text_limit("'sms'") }}
                then 'lms'
            else 'sms'
        end as message_type
    from labelled

),

titled as (

    -- an sms has no title, and what Kakao shows as one belongs to its own template
    select
        *,
        case when message_type in ('lms', 'email', 'push') then labelled_title end as sent_title
    from typed

),

measured as (

    select
        *,
        message_type in ('sms', 'lms') as is_text_message,
        case
            when message_type in ('sms', 'lms') then {{ cp949_bytes('labelled_body') }}
            else cast(length(labelled_body) as int)
        end as text_length,
        {{ text_limit('message_type') }} as text_limit,
        case
            when message_type in ('sms', 'lms')
                then {{ first_foreign_character("coalesce(sent_title, '') || labelled_body") }}
            else ''
        end as foreign_character
    from titled

),

judged as (

    select
        campaign_id,
        customer_id,
        channel,
        template_id,
        nullif(template_code, '') as template_code,
        language,
        message_type,
        sent_title as title,
        labelled_body as body,
        nullif(link, '') as link,
        parameters,
        case
            when problem is not null then problem
            when message_type in ('lms', 'email', 'push') and coalesce(title, '') = ''
                then 'the title is empty'
            when body = '' then 'the text is empty'
            when channel = 'kakao' and coalesce(template_code, '') = ''
                then 'the Kakao message has no template code'
            when {{ has_unprintable("coalesce(sent_title, '') || labelled_body") }}
                then 'the text has a control character'
            when contains(sent_title, chr(10)) then 'the title has a line break'
            when not is_ad and contains(coalesce(sent_title, '') || labelled_body, '(광고)')
                then 'the text informs and has the label of advertising'
            when foreign_character <> ''
                then 'the character ' || foreign_character || ' cannot be sent by sms'
            when is_text_message and {{ cp949_bytes('sent_title') }} > 40
                then
                    'the title has ' || cast({{ cp949_bytes('sent_title') }} as string)
                    || ' bytes, at most 40'
            when text_length > text_limit
                then
                    'the text has ' || cast(text_length as string)
                    || case when is_text_message then ' bytes' else ' characters' end
                    || ', at most ' || cast(text_limit as string)
        end as problem
    from measured

)

select * from judged
