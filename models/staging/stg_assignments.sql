with source as (

    {{ newest_per_key(
        source('landing', 'assignments'),
        key=['campaign_id', 'customer_id'],
        newest_by='assigned_at',
        strictest_first=[
            "case when " ~ lower_case('landed.arm') ~ " = 'control' then 0 else 1 end"
        ]
    ) }}

),

renamed as (

    select
        -- keys
        campaign_id,
        customer_id,

        -- details
        arm,

        -- times
        assigned_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
