with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

members as (

    select
        customer_id,
        max(case when channel = 'email' then contact end) as email,
        max(case when channel = 'sms' then substr(contact, 2) end) as phone
    from campaign_destinations
    where destination_id = 'tiktok'
    group by customer_id

),

rows_for_tiktok as (

    select distinct
        {{ hashed('email') }} as {{ header('Email_SHA256') }},
        {{ hashed('phone') }} as {{ header('Phone_SHA256') }}
    from members

)

select * from rows_for_tiktok
