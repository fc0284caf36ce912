with source as (

    {{ newest_per_key(
        source('landing', 'consents'),
        key=['customer_id', 'channel', 'purpose', 'changed_at']
    ) }}

),

renamed as (

    select
        -- keys
        customer_id,
        channel,
        purpose,
        changed_at,

        -- details
        source as consent_source,

        -- flags
        is_granted,

        -- times
        result_notified_at,
        reconfirmed_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
