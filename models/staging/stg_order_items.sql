with source as (

    {{ newest_per_key(
        source('landing', 'order_items'),
        key=['order_id', 'line_number']
    ) }}

),

renamed as (

    select
        -- keys
        order_id,
        line_number,
        product_id,

        -- amounts
        quantity,
        unit_price,
        cast(coalesce(discount_amount, 0) as decimal(18, 4)) as discount_amount,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
