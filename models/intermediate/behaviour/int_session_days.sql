{{ config(materialized='view') }}

with device_session_days as (

    select * from {{ ref('int_device_session_days') }}

),

shared_session_days as (

    select * from {{ ref('int_shared_session_days') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- of the others nothing is to be said
found as (

    select
        identifier,
        identifier_type,
        customer_id,
        matched_by = 'shared' as is_shared
    from identities
    where customer_id is not null or matched_by = 'shared'

),

of_visitors as (

    select
        device_session_days.*,
        found.customer_id,
        coalesce(found.is_shared, false) as is_shared
    from device_session_days
    left join found
        on
            device_session_days.identifier = found.identifier
            and device_session_days.identifier_type = found.identifier_type

),

-- the as-of day last: DuckDB does not know how many rows it leaves, and would hash them all above
of_one_visitor as (

    select of_visitors.*
    from of_visitors
    inner join as_of on of_visitors.activity_date <= as_of.as_of_date
    where not of_visitors.is_shared

),

of_shared_devices as (

    select
        shared_session_days.*,
        found.customer_id
    from shared_session_days
    left join found
        on
            shared_session_days.identifier = found.identifier
            and shared_session_days.identifier_type = found.identifier_type

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
        customer_id,
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
        customer_id,
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        activity_date
    from of_shared_devices

)

select * from final
