with source as (

    {{ newest_per_key(
        source('landing', 'devices'),
        key=['device_id'],
        newest_by='last_seen_at',
        strictest_first=['case when landed.is_push_enabled then 1 else 0 end']
    ) }}

),

renamed as (

    select
        -- keys
        device_id,
        customer_id,

        -- details
        platform,
        push_token,

        -- flags
        is_push_enabled,

        -- times
        last_seen_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
