{#-
    The CTEs that turn event slots (see int_event_slots) into sessions, and these into one row per
    visitor, session and local day, as `session_days`. A session ends with a gap of more than
    `session_gap_minutes`; within a slot there is none.

    The CTE `visitor_slots` before them has the slots, each with its visitor; the CTE `open_sessions`
    the visitor's last session before these slots, as last_event_at and session_started_at, at most
    one row per visitor.

    visitor: list of the columns that identify a visitor; none of them is null.
-#}
{% macro sessions_by_day(visitor) -%}
{%- set same_visitor = [] -%}
{%- for column in visitor -%}
    {%- do same_visitor.append('visitor_slots.' ~ column ~ ' = open_sessions.' ~ column) -%}
{%- endfor -%}
gapped as (

    select
        *,
        -- slots of a device and several customers overlap
        max(last_event_at) over (
            partition by {{ visitor | join(', ') }}
            order by first_event_at, first_event_id
            rows between unbounded preceding and 1 preceding
        ) as event_before_at
    from visitor_slots

),

continued as (

    select
        visitor_slots.*,
        open_sessions.session_started_at as open_session_started_at,
        coalesce(visitor_slots.event_before_at, open_sessions.last_event_at) as previous_at
    from gapped as visitor_slots
    left join open_sessions on {{ same_visitor | join(' and ') }}

),

started as (

    select
        *,
        case
            when previous_at is null then true
            else first_event_at > {{ add_minutes('previous_at', var('session_gap_minutes')) }}
        end as is_session_start
    from continued

),

placed as (

    select
        *,
        coalesce(
            max(case when is_session_start then first_event_at end) over (
                partition by {{ visitor | join(', ') }}
                order by first_event_at, first_event_id
                rows between unbounded preceding and current row
            ),
            open_session_started_at
        ) as session_started_at
    from started

),

merged as (

    select
        {{ visitor | join(', ') }},
        session_started_at,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(cart_add_count) as bigint) as cart_add_count,
        cast(sum(wishlist_add_count) as bigint) as wishlist_add_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(engagement_seconds) as decimal(18, 4)) as engagement_seconds,
        min(first_sign_up_at) as first_sign_up_at,
        min(first_cart_add_at) as first_cart_add_at,
        min(first_wishlist_add_at) as first_wishlist_add_at,
        min(first_share_at) as first_share_at,
        {{ first_three_aggregates('product_view_at') }},
        max(case when is_session_start then utm_source end) as utm_source,
        max(case when is_session_start then utm_medium end) as utm_medium,
        max(case when is_session_start then utm_campaign end) as utm_campaign,
        max(case when is_session_start then device_type end) as device_type,
        max(case when is_session_start then platform end) as platform,
        event_date
    from placed
    group by {{ visitor | join(', ') }}, session_started_at, event_date

),

session_days as (

    select
        {{ visitor | join(', ') }},
        session_started_at,
        first_event_at,
        last_event_at,
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
        {{ first_three('product_view_at') }},
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        platform,
        event_date as activity_date
    from merged

)
{%- endmacro %}
