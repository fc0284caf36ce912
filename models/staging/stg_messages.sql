with source as (

    {{ newest_per_key(
        source('landing', 'messages'),
        key=['message_id'],
        newest_by='sent_at',
        strictest_first=[
            'case when landed.is_ad then 0 when landed.is_ad is null then 1 else 2 end'
        ]
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
