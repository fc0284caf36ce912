with source as (

    {{ newest_per_key(
        source('landing', 'ad_spend'),
        key=['spend_date', 'source', 'medium', 'campaign']
    ) }}

),

renamed as (

    select
        -- keys
        spend_date,
        source,
        medium,
        campaign,

        -- amounts
        cost,
        impressions,
        clicks,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
