with source as (

    {{ newest_per_key(
        source('landing', 'tickets'),
        key=['ticket_id'],
        newest_by='resolved_at'
    ) }}

),

renamed as (

    select
        -- keys
        ticket_id,
        customer_id,

        -- details
        channel,
        category,
        sentiment,

        -- amounts
        satisfaction,

        -- times
        opened_at,
        first_replied_at,
        resolved_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
