with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

profiles as (

    select * from {{ ref('int_export_profiles') }}

),

rows_for_aligo as (

    select
        '{{ var("kakao_sender_key") }}' as senderkey,
        campaign_destinations.template_code as tpl_code,
        '{{ var("sms_sender_phone") }}' as sender,
        {{ regex_replace(korean_time('campaign_destinations.send_at'), '[^0-9]', '') }} as senddate,
        case when campaign_destinations.fallback_type is null then 'N' else 'Y' end as failover,
        {{ korean_mobile('campaign_destinations.contact') }} as receiver,
        profiles.name as recvname,
        coalesce({{ file_message('campaign_destinations.title') }}, '{{ var("sender_name") }}')
            as subject,
        {{ file_message('campaign_destinations.body') }} as message,
        {{ file_message('campaign_destinations.fallback_title') }} as fsubject,
        {{ file_message('campaign_destinations.fallback_body') }} as fmessage,
        campaign_destinations.customer_id,
        campaign_destinations.campaign_id
    from campaign_destinations
    inner join profiles on campaign_destinations.customer_id = profiles.customer_id
    where campaign_destinations.destination_id = 'aligo'

),

-- one message, though several people share the number; a text message stands in if one allows it
numbered as (

    select
        *,
        row_number() over (
            partition by tpl_code, senddate, receiver, recvname, message
            order by failover desc, customer_id asc, campaign_id asc
        ) as place
    from rows_for_aligo

),

messages as (

    select
        senderkey,
        tpl_code,
        sender,
        senddate,
        failover,
        receiver,
        recvname,
        subject,
        message,
        fsubject,
        fmessage
    from numbered
    where place = 1

)

select * from messages
