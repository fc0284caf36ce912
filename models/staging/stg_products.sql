with source as (

    {{ newest_per_key(
        source('landing', 'products'),
        key=['product_id'],
        newest_by='updated_at'
    ) }}

),

renamed as (

    select
        -- keys
        product_id,

        -- details
        name,
        brand,
        category,
        subcategory,

        -- amounts
        list_price,
        unit_cost,

        -- flags
        is_consumable,

        -- times
        launched_at,
        updated_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
