with sessions as (

    select * from {{ ref('sessions') }}

),

session_days as (

    select * from {{ ref('int_session_days') }}

),

placed as (

    select
        customer_id,
        {{ struct_of(['started_at', 'utm_source', 'utm_medium', 'utm_campaign']) }} as details,
        {{ struct_of(['started_at', 'session_id']) }} as place
    from sessions
    where customer_id is not null

),

picked as (

    select
        customer_id,
        min_by(details, place) as first_session
    from placed
    group by customer_id

),

first_sessions as (

    select
        picked.customer_id,
        picked.first_session.started_at,
        picked.first_session.utm_source,
        picked.first_session.utm_medium,
        picked.first_session.utm_campaign
    from picked

),

sign_ups as (

    select
        customer_id,
        min(first_sign_up_at) as first_sign_up_at
    from session_days
    where first_sign_up_at is not null and customer_id is not null
    group by customer_id

),

final as (

    select
        first_sessions.customer_id,
        first_sessions.started_at as first_event_at,
        first_sessions.utm_source,
        first_sessions.utm_medium,
        first_sessions.utm_campaign,
        sign_ups.first_sign_up_at
    from first_sessions
    left join sign_ups on first_sessions.customer_id = sign_ups.customer_id

)

select * from final
