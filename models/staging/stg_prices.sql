with source as (

    {{ newest_per_key(
        source('landing', 'prices'),
        key=['product_id', 'changed_at']
    ) }}

),

renamed as (

    select
        -- keys
        product_id,
        changed_at,

        -- amounts
        price,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
