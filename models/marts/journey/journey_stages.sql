with milestones as (

    select * from {{ ref('int_customer_milestones') }}

),

orders as (

    select * from {{ ref('orders') }}

),

lifecycle_spells as (

    select * from {{ ref('int_lifecycle_spells') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_referrals as (

    select * from {{ ref('int_first_referrals') }}

),

first_orders as (

    select
        customer_id,
        ordered_at as first_valid_ordered_at
    from orders
    where order_number = 1

),

present_states as (

    select
        lifecycle_spells.customer_id,
        lifecycle_spells.lifecycle_state
    from lifecycle_spells
    cross join as_of
    where
        lifecycle_spells.next_month > {{ month_of('as_of.as_of_date') }}
        or lifecycle_spells.next_month is null

),

-- the first action of all is the first within the window, or none is within it
dated as (

    select
        milestones.customer_id,
        milestones.acquired_at,
        milestones.acquired_on,
        least(
            milestones.first_signed_up_at,
            milestones.first_cart_add_at,
            milestones.first_wishlist_add_at,
            milestones.third_product_view_at
        ) as first_action_at,
        milestones.returned_at as retained_at,
        first_orders.first_valid_ordered_at as revenue_at,
        least(milestones.first_share_at, first_referrals.referred_at) as first_referral_at,
        coalesce(present_states.lifecycle_state, 'prospect') as lifecycle_state
    from milestones
    left join first_orders on milestones.customer_id = first_orders.customer_id
    left join first_referrals on milestones.customer_id = first_referrals.customer_id
    left join present_states on milestones.customer_id = present_states.customer_id

),

activated as (

    select
        *,
        case
            when
                {{ days_between('acquired_on', local_date('first_action_at')) }}
                <= {{ var('activation_days') }}
                then first_action_at
        end as activated_at,
        -- a friend may sign up before anything else is known of the person
        case
            when first_referral_at < acquired_at then acquired_at
            else first_referral_at
        end as referral_at
    from dated

),

flagged as (

    select
        customer_id,
        acquired_at is not null as is_acquired,
        acquired_at,
        activated_at is not null as is_activated,
        activated_at,
        retained_at is not null as is_retained,
        retained_at,
        revenue_at is not null as is_revenue,
        revenue_at,
        referral_at is not null as is_referral,
        referral_at,
        case
            when referral_at is not null then 'referral'
            when revenue_at is not null then 'revenue'
            when retained_at is not null then 'retention'
            when activated_at is not null then 'activation'
            when acquired_at is not null then 'acquisition'
        end as furthest_stage,
        lifecycle_state
    from activated

)

select * from flagged
