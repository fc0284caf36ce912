{{ config(materialized='view') }}

with device_session_days as (

    select * from {{ ref('int_device_session_days') }}

),

shared_session_days as (

    select * from {{ ref('int_shared_session_days') }}

),

device_owners as (

    select * from {{ ref('int_device_owners') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

shared_devices as (

    select
        anonymous_id as identifier,
        'anonymous_id' as identifier_type
    from device_owners
    where is_shared

),

of_one_visitor as (

    select device_session_days.*
    from device_session_days
    inner join as_of on device_session_days.activity_date <= as_of.as_of_date
    left join shared_devices
        on
            device_session_days.identifier = shared_devices.identifier
            and device_session_days.identifier_type = shared_devices.identifier_type
    where shared_devices.identifier is null

),

final as (

    select
        {% set columns = [
            'session_started_at', 'first_event_at', 'last_event_at', 'event_count', 'product_view_count',
            'cart_add_count', 'wishlist_add_count', 'purchase_count', 'engagement_seconds',
            'first_sign_up_at', 'first_cart_add_at', 'first_wishlist_add_at', 'first_share_at',
            'first_product_view_at', 'second_product_view_at', 'third_product_view_at',
            'utm_source', 'utm_medium', 'utm_campaign', 'device_type', 'platform',
        ] -%}
        case when identifier_type = 'anonymous_id' then identifier end as anonymous_id,
        identifier_type,
        identifier,
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        activity_date
    from of_one_visitor
    union all
    select
        anonymous_id,
        identifier_type,
        identifier,
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        activity_date
    from shared_session_days

)

select * from final
