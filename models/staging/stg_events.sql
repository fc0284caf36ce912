{{ config(materialized='view') }}

with source as (

    select * from {{ source('landing', 'events') }}
    where _rejected_because is null

),

renamed as (

    select
        -- keys
        event_id,
        anonymous_id,
        customer_id,
        product_id,

        -- details
        event_name,
        platform,
        device_type,
        {{ upper_case('country') }} as country,
        page_url,
        referrer,
        search_term,
        properties,

        -- campaign
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,

        -- amounts
        value,
        engagement_seconds,

        -- times
        occurred_at,
        {{ local_date('occurred_at') }} as event_date,
        received_at,

        -- deliveries
        _file as file,
        _unreadable_count as unreadable_count
    from source

)

select * from renamed
