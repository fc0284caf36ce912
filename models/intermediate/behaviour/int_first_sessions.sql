with sessions as (

    select * from {{ ref('sessions') }}

),

session_days as (

    select * from {{ ref('int_session_days') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

ranked as (

    select
        customer_id,
        started_at,
        utm_source,
        utm_medium,
        utm_campaign,
        row_number() over (partition by customer_id order by started_at, session_id) as session_rank
    from sessions
    where customer_id is not null

),

sign_ups as (

    select
        identities.customer_id,
        min(session_days.first_sign_up_at) as first_sign_up_at
    from session_days
    inner join identities
        on
            session_days.identifier = identities.identifier
            and session_days.identifier_type = identities.identifier_type
    where session_days.first_sign_up_at is not null
    group by identities.customer_id

),

final as (

    select
        ranked.customer_id,
        ranked.started_at as first_event_at,
        ranked.utm_source,
        ranked.utm_medium,
        ranked.utm_campaign,
        sign_ups.first_sign_up_at
    from ranked
    left join sign_ups on ranked.customer_id = sign_ups.customer_id
    where ranked.session_rank = 1

)

select * from final
