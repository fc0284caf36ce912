with source as (

    {{ newest_per_key(
        source('landing', 'inventory'),
        key=['product_id', 'counted_at']
    ) }}

),

renamed as (

    select
        -- keys
        product_id,
        counted_at,

        -- amounts
        on_hand,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
