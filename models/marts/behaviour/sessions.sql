with sessions as (

    select * from {{ ref('int_sessions') }}

),

judged as (

    select
        session_id,
        customer_id,
        anonymous_id,
        started_at,
        ended_at,
        session_date,
        event_count,
        product_view_count,
        cart_add_count,
        purchase_count,
        engagement_seconds,
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        platform,
        product_view_count >= 2
        or engagement_seconds >= 10
        or cart_add_count > 0
        or purchase_count > 0 as is_engaged
    from sessions

)

select * from judged
