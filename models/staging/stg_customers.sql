with source as (

    {{ newest_per_key(
        source('landing', 'customers'),
        key=['customer_id'],
        newest_by='updated_at',
        strictest_first=[
            'case when landed.guardian_verified then 1 else 0 end',
            'case when landed.is_kakao_friend then 1 else 0 end'
        ]
    ) }}

),

renamed as (

    select
        -- keys
        customer_id,
        referred_by_customer_id,

        -- contacts
        {{ normalise_email('email') }} as email,
        {{ normalise_phone('phone') }} as phone_e164,

        -- person
        name,
        birth_date,
        gender,
        disc_type,
        {{ upper_case('country') }} as country,
        region,
        language,
        timezone,

        -- acquisition
        acquisition_source,
        acquisition_medium,
        acquisition_campaign,

        -- flags
        is_kakao_friend,
        guardian_verified as is_guardian_verified,

        -- times
        signed_up_at,
        updated_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
