with customers as (

    select * from {{ ref('customers') }}

),

session_days as (

    select * from {{ ref('int_session_days') }}

),

activities as (

    select * from {{ ref('int_activities') }}

),

acquired as (

    select
        customer_id,
        signed_up_at,
        first_seen_at as acquired_at,
        {{ local_date('first_seen_at') }} as acquired_on
    from customers

),

-- a third view after the activation window would activate nobody, so those days are not counted
actions as (

    select
        acquired.customer_id,
        {% for nth in ['first', 'second', 'third'] -%}
        case
            when
                {{ days_between('acquired.acquired_on', 'session_days.activity_date') }}
                <= {{ var('activation_days') }}
                then session_days.{{ nth }}_product_view_at
        end as {{ nth }}_product_view_at,
        {% endfor -%}
        session_days.first_sign_up_at,
        session_days.first_cart_add_at,
        session_days.first_wishlist_add_at,
        session_days.first_share_at
    from session_days
    inner join acquired on session_days.customer_id = acquired.customer_id

),

summed as (

    select
        customer_id,
        min(first_sign_up_at) as first_sign_up_at,
        min(first_cart_add_at) as first_cart_add_at,
        min(first_wishlist_add_at) as first_wishlist_add_at,
        min(first_share_at) as first_share_at,
        {{ first_three_aggregates('product_view_at') }}
    from actions
    group by customer_id

),

first_actions as (

    select
        customer_id,
        first_sign_up_at,
        first_cart_add_at,
        first_wishlist_add_at,
        first_share_at,
        {{ first_three('product_view_at') }}
    from summed

),

returns as (

    select
        acquired.customer_id,
        min(activities.active_at) as returned_at
    from activities
    inner join acquired on activities.customer_id = acquired.customer_id
    where
        {{ days_between('acquired.acquired_on', 'activities.activity_date') }}
        between 1 and {{ var('retention_days') }}
    group by acquired.customer_id

),

milestones as (

    select
        acquired.customer_id,
        acquired.acquired_at,
        acquired.acquired_on,
        least(acquired.signed_up_at, first_actions.first_sign_up_at) as first_signed_up_at,
        first_actions.first_cart_add_at,
        first_actions.first_wishlist_add_at,
        first_actions.third_product_view_at,
        returns.returned_at,
        first_actions.first_share_at
    from acquired
    left join first_actions on acquired.customer_id = first_actions.customer_id
    left join returns on acquired.customer_id = returns.customer_id

)

select * from milestones
