with consents as (

    select * from {{ source('landing', 'consents') }}

),

suppressions as (

    select * from {{ source('landing', 'suppressions') }}

),

message_events as (

    select * from {{ source('landing', 'message_events') }}

),

tickets as (

    select * from {{ source('landing', 'tickets') }}

),

-- rejected rows that are no readable yes
renamed as (

    select
        'consents' as table_name,
        customer_id as contact,
        cast(null as string) as message_id,
        coalesce(channel, 'all') as channel,
        purpose,
        changed_at as opted_out_at,
        cast(null as timestamp) as lifted_at
    from consents
    where _rejected_because is not null and coalesce(not is_granted, true)
    union all
    select
        'suppressions' as table_name,
        contact,
        cast(null as string) as message_id,
        coalesce(channel, 'all') as channel,
        cast(null as string) as purpose,
        suppressed_at as opted_out_at,
        lifted_at
    from suppressions
    where _rejected_because is not null
    union all
    select
        'message_events' as table_name,
        cast(null as string) as contact,
        message_id,
        'all' as channel,
        cast(null as string) as purpose,
        occurred_at as opted_out_at,
        cast(null as timestamp) as lifted_at
    from message_events
    where _rejected_because is not null and event_name in ('unsubscribed', 'complained')
    union all
    select
        'tickets' as table_name,
        customer_id as contact,
        cast(null as string) as message_id,
        'all' as channel,
        cast(null as string) as purpose,
        opened_at as opted_out_at,
        cast(null as timestamp) as lifted_at
    from tickets
    where
        _rejected_because is not null
        and {{ lower_case('category') }}
        = {{ lower_case(text_literal(var('erasure_ticket_category'))) }}

),

of_somebody as (

    select distinct
        table_name,
        contact,
        message_id,
        channel,
        purpose,
        opted_out_at,
        lifted_at,
        case
            when table_name = 'suppressions' and contact like '%@%'
                then {{ normalise_email('contact') }}
        end as email,
        case when table_name = 'suppressions' then {{ normalise_phone('contact') }} end
            as phone_e164
    from renamed
    where coalesce(contact, message_id) is not null

)

select * from of_somebody
