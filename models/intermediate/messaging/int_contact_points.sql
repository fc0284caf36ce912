with customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

devices as (

    select * from {{ ref('stg_devices') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

emails as (

    select
        customer_id,
        'email' as channel,
        email as contact
    from customer_attributes
    where {{ is_sendable_email('email') }}

),

mobiles as (

    select
        customer_id,
        'sms' as channel,
        phone_e164 as contact
    from customer_attributes
    where {{ is_mobile_phone('phone_e164') }}

),

known_devices as (

    select
        identities.customer_id,
        devices.device_id,
        devices.push_token,
        devices.is_push_enabled,
        devices.last_seen_at,
        row_number() over (
            partition by devices.push_token
            order by devices.last_seen_at desc nulls last, devices.device_id asc
        ) as token_number
    from devices
    left join identities
        on
            devices.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on devices.last_seen_at < as_of.as_of_ends_at or devices.last_seen_at is null
    where
        devices.push_token <> ''
        and {{ plain_text('devices.push_token') }} = devices.push_token

),

-- a token belongs to the account seen with it last, also to one of which nothing else is known
ranked_devices as (

    select
        customer_id,
        push_token,
        row_number() over (
            partition by customer_id
            order by last_seen_at desc nulls last, device_id asc
        ) as device_number
    from known_devices
    where token_number = 1 and is_push_enabled and customer_id is not null

),

push_tokens as (

    select
        customer_id,
        'push' as channel,
        push_token as contact
    from ranked_devices
    where device_number = 1

),

kakao_numbers as (

    select
        customer_id,
        'kakao' as channel,
        contact
    from mobiles

),

contact_points as (

    select * from emails
    union all
    select * from mobiles
    union all
    select * from push_tokens
    union all
    select * from kakao_numbers

)

select * from contact_points
