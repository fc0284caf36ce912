with source as (

    {{ newest_per_key(
        source('landing', 'suppressions'),
        key=['contact', 'channel', 'suppressed_at'],
        newest_by='lifted_at'
    ) }}

),

renamed as (

    select
        -- keys
        contact,
        channel,
        suppressed_at,

        -- contacts
        case when contact like '%@%' then {{ normalise_email('contact') }} end as email,
        {{ normalise_phone('contact') }} as phone_e164,

        -- details
        reason,

        -- times
        lifted_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
