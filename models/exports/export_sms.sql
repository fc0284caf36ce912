with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

-- one message, though several people share the number
rows_for_sms as (

    select distinct
        contact as phone,
        {{ file_message('body') }} as text,
        upper(message_type) as type,
        {{ iso_time('send_at') }} as send_at
    from campaign_destinations
    where destination_id = 'sms'

)

select * from rows_for_sms
