with source as (

    {{ newest_per_key(
        source('landing', 'suppressions'),
        key=['contact', 'channel', 'suppressed_at'],
        newest_by='lifted_at',
        kind='reason',
        strictest_first=[
            'landed.lifted_at desc nulls first',
            "case when landed.reason = 'hard_bounce' then 1 else 0 end"
        ]
    ) }}

),

renamed as (

    select
        -- keys
        contact,
        channel,
        suppressed_at,

        -- contacts
        case when contact like '%@%' then {{ normalise_email('contact') }} end as email,
        {{ normalise_phone('contact') }} as phone_e164,

        -- details
        reason,

        -- times
        lifted_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
