with source as (

    {{ newest_per_key(
        source('landing', 'message_events'),
        key=['message_id', 'event_name', 'occurred_at']
    ) }}

),

renamed as (

    select
        -- keys
        message_id,
        event_name,
        occurred_at,

        -- details
        url,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
