with source as (

    {{ newest_per_key(
        source('landing', 'points'),
        key=['entry_id'],
        newest_by='occurred_at'
    ) }}

),

renamed as (

    select
        -- keys
        entry_id,
        customer_id,
        order_id,

        -- details
        kind,

        -- amounts
        points,

        -- times
        occurred_at,
        expires_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
