with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

-- one message, though several people share the device
rows_for_push as (

    select distinct
        contact as token,
        {{ message_text('title') }} as title,
        {{ message_text('body') }} as body,
        link as deep_link,
        {{ iso_time('send_at') }} as send_at
    from campaign_destinations
    where destination_id = 'push'

)

select * from rows_for_push
