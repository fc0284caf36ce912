{{ config(
    materialized='incremental',
    incremental_strategy='append' if target.type == 'duckdb' else 'insert_overwrite',
    partition_by='activity_date' if target.type == 'spark' else none,
    pre_hook="{{ forget_days_read(
        'activity_date', first_interest_day_read(), first_of_last_days(interest_days())
    ) }}",
) }}

-- depends_on: {{ ref('int_as_of') }}

with events as (

    select * from {{ ref('int_events') }}

),

product_events as (

    select
        case when customer_id is not null then 'customer_id' else 'anonymous_id' end
            as identifier_type,
        coalesce(customer_id, anonymous_id) as identifier,
        product_id,
        event_name,
        occurred_at,
        engagement_seconds,
        event_date
    from events
    where
        coalesce(customer_id, anonymous_id) is not null
        and product_id is not null
        and event_name in ('view_item', 'add_to_cart', 'remove_from_cart', 'add_to_wishlist')
        and event_date >= date '{{ first_interest_day_read() }}'

),

grouped as (

    select
        identifier_type,
        identifier,
        product_id,
        {{ count_events('view_item') }} as view_count,
        {{ first_event('view_item') }} as first_view_at,
        {{ last_event('view_item') }} as last_view_at,
        cast(sum(case when event_name = 'view_item' then engagement_seconds end) as decimal(18, 4))
            as view_seconds,
        {{ count_events('add_to_cart') }} as cart_add_count,
        {{ last_event('add_to_cart') }} as last_cart_add_at,
        {{ last_event('remove_from_cart') }} as last_cart_remove_at,
        {{ count_events('add_to_wishlist') }} as wishlist_add_count,
        {{ last_event('add_to_wishlist') }} as last_wishlist_add_at,
        event_date as activity_date
    from product_events
    group by identifier_type, identifier, product_id, event_date

)

select * from grouped
