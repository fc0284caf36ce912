with source as (

    {{ newest_per_key(
        source('landing', 'consents'),
        key=['customer_id', 'channel', 'purpose', 'changed_at'],
        newest_by='reconfirmed_at',
        kind='is_granted',
        strictest_first=['case when landed.is_granted then 1 else 0 end']
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
