with customers as (

    select * from {{ ref('customers') }}

),

person_days as (

    select * from {{ ref('int_person_days') }}

),

acquired as (

    select
        customer_id,
        signed_up_at,
        first_seen_at as acquired_at,
        {{ local_date('first_seen_at') }} as acquired_on
    from customers

),

numbered_days as (

    select
        person_days.*,
        acquired.acquired_on,
        {{ days_between('acquired.acquired_on', 'person_days.activity_date') }}
            as days_from_acquired
    from person_days
    inner join acquired on person_days.customer_id = acquired.customer_id

),

-- a third view after the activation window would activate nobody, so those days are not counted
view_days as (

    select
        customer_id,
        product_view_count,
        first_product_view_at,
        second_product_view_at,
        third_product_view_at,
        coalesce(sum(product_view_count) over (
            partition by customer_id
            order by activity_date
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_view_count
    from numbered_days
    where product_view_count > 0 and days_from_acquired <= {{ var('activation_days') }}

),

third_views as (

    select
        customer_id,
        min(
            case earlier_view_count
                when 0 then third_product_view_at
                when 1 then second_product_view_at
                when 2 then first_product_view_at
            end
        ) as third_product_view_at
    from view_days
    group by customer_id

),

first_actions as (

    select
        customer_id,
        min(first_sign_up_at) as first_sign_up_at,
        min(first_cart_add_at) as first_cart_add_at,
        min(first_wishlist_add_at) as first_wishlist_add_at,
        min(first_share_at) as first_share_at,
        min(
            case
                when days_from_acquired between 1 and {{ var('retention_days') }}
                    then first_activity_at
            end
        ) as returned_at
    from numbered_days
    group by customer_id

),

milestones as (

    select
        acquired.customer_id,
        acquired.acquired_at,
        acquired.acquired_on,
        least(acquired.signed_up_at, first_actions.first_sign_up_at) as first_signed_up_at,
        first_actions.first_cart_add_at,
        first_actions.first_wishlist_add_at,
        third_views.third_product_view_at,
        first_actions.returned_at,
        first_actions.first_share_at
    from acquired
    left join first_actions on acquired.customer_id = first_actions.customer_id
    left join third_views on acquired.customer_id = third_views.customer_id

)

select * from milestones
