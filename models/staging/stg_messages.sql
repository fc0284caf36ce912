with source as (

    {{ newest_per_key(
        source('landing', 'messages'),
        key=['message_id'],
        newest_by='sent_at'
    ) }}

),

renamed as (

    select
        -- keys
        message_id,
        campaign_id,
        customer_id,

        -- details
        channel,
        variant,

        -- amounts
        cost,

        -- flags
        is_ad,

        -- times
        sent_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
