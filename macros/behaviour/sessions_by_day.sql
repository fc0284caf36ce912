{#-
    The CTEs that turn events into sessions, and these into one row per visitor, session and local
    day, as `session_days`. A session ends with a gap of more than `session_gap_minutes`.

    The CTE `visitor_events` before them has the events, each with its visitor; the CTE
    `open_sessions` the visitor's last session before these events, as last_event_at and
    session_started_at, at most one row per visitor.

    visitor: list of the columns that identify a visitor; none of them is null.
-#}
{% macro sessions_by_day(visitor) -%}
{%- set same_visitor = [] -%}
{%- for column in visitor -%}
    {%- do same_visitor.append('visitor_events.' ~ column ~ ' = open_sessions.' ~ column) -%}
{%- endfor -%}
gapped as (

    select
        *,
        lag(occurred_at) over (
            partition by {{ visitor | join(', ') }}
            order by occurred_at, event_id
        ) as event_before_at
    from visitor_events

),

continued as (

    select
        visitor_events.*,
        open_sessions.session_started_at as open_session_started_at,
        coalesce(visitor_events.event_before_at, open_sessions.last_event_at) as previous_at
    from gapped as visitor_events
    left join open_sessions on {{ same_visitor | join(' and ') }}

),

started as (

    select
        *,
        case
            when previous_at is null then true
            else occurred_at > {{ add_minutes('previous_at', var('session_gap_minutes')) }}
        end as is_session_start
    from continued

),

placed as (

    select
        *,
        coalesce(
            max(case when is_session_start then occurred_at end) over (
                partition by {{ visitor | join(', ') }}
                order by occurred_at, event_id
                rows between unbounded preceding and current row
            ),
            open_session_started_at
        ) as session_started_at
    from started

),

session_days as (

    select
        {{ visitor | join(', ') }},
        session_started_at,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at,
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
        {{ first_event('view_item') }} as first_product_view_at,
        {{ nth_event('view_item', 2) }} as second_product_view_at,
        {{ nth_event('view_item', 3) }} as third_product_view_at,
        max(case when is_session_start then utm_source end) as utm_source,
        max(case when is_session_start then utm_medium end) as utm_medium,
        max(case when is_session_start then utm_campaign end) as utm_campaign,
        max(case when is_session_start then device_type end) as device_type,
        max(case when is_session_start then platform end) as platform,
        event_date as activity_date
    from placed
    group by {{ visitor | join(', ') }}, session_started_at, event_date

)
{%- endmacro %}
