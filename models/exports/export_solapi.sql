with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

rows_for_solapi as (

    select
        {{ korean_mobile('contact') }} as {{ header('to') }},
        '{{ var("sms_sender_phone") }}' as {{ header('from') }},
        case
            when channel = 'sms' then {{ message_text('body') }}
            when message_type = 'alimtalk' then {{ message_text('fallback_body') }}
        end as {{ header('text') }},
        case
            when message_type = 'lms' then {{ message_text('title') }}
            when message_type = 'alimtalk' and fallback_type = 'LMS'
                then {{ message_text('fallback_title') }}
        end as {{ header('subject') }},
        case when channel = 'sms' then upper(message_type) end as {{ header('type') }},
        case
            when channel = 'kakao'
                then
                    '{"pfId":"{{ var("kakao_channel_id") }}","templateId":'
                    || {{ json_string('template_code') }}
                    || ',"variables":' || {{ json_keys_as_variables('parameters') }}
                    || case
                        when message_type <> 'alimtalk'
                            then ',"bms":{"targeting":"{{ var("kakao_brand_target") }}"}}'
                        when fallback_type is null then ',"disableSms":true}'
                        else ',"disableSms":false}'
                    end
        end as {{ header('kakaoOptions') }},
        '{"campaign_id":' || {{ json_string('campaign_id') }}
        || ',"customer_id":' || {{ json_string('customer_id') }} || '}'
            as {{ header('customFields') }},
        {{ iso_time('send_at') }} as {{ header('scheduledDate') }}
    from campaign_destinations
    where destination_id = 'solapi'

)

select * from rows_for_solapi
