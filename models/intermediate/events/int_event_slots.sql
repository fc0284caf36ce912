{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='event_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read('event_date') }}",
) }}

with events as (

    select * from {{ ref('int_events') }}

),

placed as (

    select
        *,
        {{ event_slot('occurred_at') }} as slot_number,
        {{ struct_of([
            'event_id', 'utm_source', 'utm_medium', 'utm_campaign', 'device_type', 'platform',
        ]) }} as details,
        {{ struct_of(['occurred_at', 'event_id']) }} as place
    from events
    {% if is_incremental() -%}
    where event_date >= {{ first_day_read() }}
    {%- endif %}

),

grouped as (

    select
        anonymous_id,
        customer_id,
        slot_number,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at,
        min_by(details, place) as first_event,
        count(*) as event_count,
        {{ count_events('view_item') }} as product_view_count,
        {{ count_events('add_to_cart') }} as cart_add_count,
        {{ count_events('add_to_wishlist') }} as wishlist_add_count,
        {{ count_events('purchase') }} as purchase_count,
        cast(coalesce(sum(engagement_seconds), 0) as decimal(18, 4)) as engagement_seconds,
        {{ first_event('sign_up') }} as first_sign_up_at,
        {{ first_event('add_to_cart') }} as first_cart_add_at,
        {{ first_event('add_to_wishlist') }} as first_wishlist_add_at,
        {{ first_event('share') }} as first_share_at,
        {{ nth_event('view_item', 1) }} as first_product_view_at,
        {{ nth_event('view_item', 2) }} as second_product_view_at,
        {{ nth_event('view_item', 3) }} as third_product_view_at,
        count(case when is_late then 1 end) as late_count,
        cast(sum(duplicate_count) as bigint) as duplicate_count,
        cast(sum(unreadable_count) as bigint) as unreadable_count,
        event_date
    from placed
    group by anonymous_id, customer_id, slot_number, event_date

),

final as (

    select
        grouped.anonymous_id,
        grouped.customer_id,
        grouped.first_event_at,
        grouped.last_event_at,
        grouped.first_event.event_id as first_event_id,
        grouped.event_count,
        grouped.product_view_count,
        grouped.cart_add_count,
        grouped.wishlist_add_count,
        grouped.purchase_count,
        grouped.engagement_seconds,
        grouped.first_sign_up_at,
        grouped.first_cart_add_at,
        grouped.first_wishlist_add_at,
        grouped.first_share_at,
        grouped.first_product_view_at,
        grouped.second_product_view_at,
        grouped.third_product_view_at,
        grouped.first_event.utm_source,
        grouped.first_event.utm_medium,
        grouped.first_event.utm_campaign,
        grouped.first_event.device_type,
        grouped.first_event.platform,
        grouped.late_count,
        grouped.duplicate_count,
        grouped.unreadable_count,
        grouped.event_date
    from grouped

)

select * from final
