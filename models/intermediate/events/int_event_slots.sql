{{ config(
    materialized='incremental',
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
        {{ struct_of(['event_id', 'utm_source', 'utm_medium', 'utm_campaign', 'device_type', 'platform']) }}
            as details,
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
        anonymous_id,
        customer_id,
        first_event_at,
        last_event_at,
        first_event.event_id as first_event_id,
        event_count,
        product_view_count,
        cart_add_count,
        wishlist_add_count,
        purchase_count,
        engagement_seconds,
        first_sign_up_at,
        first_cart_add_at,
        first_wishlist_add_at,
        first_share_at,
        first_product_view_at,
        second_product_view_at,
        third_product_view_at,
        first_event.utm_source as utm_source,
        first_event.utm_medium as utm_medium,
        first_event.utm_campaign as utm_campaign,
        first_event.device_type as device_type,
        first_event.platform as platform,
        late_count,
        duplicate_count,
        unreadable_count,
        event_date
    from grouped

)

select * from final
