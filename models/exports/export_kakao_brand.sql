with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

requests as (

    select
        '{{ var("kakao_sender_key") }}' as {{ header('senderKey') }},
        template_code as {{ header('templateCode') }},
        substr({{ korean_time('send_at') }}, 1, 16) as {{ header('requestDate') }},
        '{{ var("opt_out_phone") }}' as {{ header('unsubscribeNo') }},
        {{ korean_mobile('contact') }} as {{ header('recipientNo') }},
        '{{ var("kakao_brand_target") }}' as {{ header('targeting') }},
        parameters as {{ header('templateParameter') }},
        {{ resend_parameter(var('opt_out_phone')) }} as {{ header('resendParameter') }},
        campaign_id || ':' || customer_id as {{ header('recipientGroupingKey') }}
    from campaign_destinations
    where destination_id = 'kakao_brand'

)

select * from requests
