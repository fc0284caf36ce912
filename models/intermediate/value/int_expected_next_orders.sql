with order_days as (

    select * from {{ ref('int_order_days') }}

),

expected_reorders as (

    select * from {{ ref('int_expected_reorders') }}

),

dated as (

    select
        customer_id,
        order_date,
        lag(order_date) over (partition by customer_id order by order_date) as previous_date
    from order_days

),

gaps as (

    select
        customer_id,
        order_date,
        {{ days_between('previous_date', 'order_date') }} as gap_days
    from dated
    where previous_date is not null

),

ranked_gaps as (

    select
        *,
        row_number() over (partition by customer_id order by gap_days, order_date) as gap_number,
        count(*) over (partition by customer_id) as gap_count
    from gaps

),

own_medians as (

    select
        customer_id,
        {{ median_of_middle('gap_days') }} as gap_days
    from ranked_gaps
    where gap_count >= 3 and {{ is_middle('gap_number', 'gap_count') }}
    group by customer_id

),

last_order_days as (

    select
        customer_id,
        max(order_date) as last_ordered_on
    from order_days
    group by customer_id

),

next_reorders as (

    select
        expected_reorders.customer_id,
        min(expected_reorders.expected_on) as expected_on
    from expected_reorders
    inner join last_order_days on expected_reorders.customer_id = last_order_days.customer_id
    where expected_reorders.expected_on > last_order_days.last_ordered_on
    group by expected_reorders.customer_id

),

expected as (

    select
        last_order_days.customer_id,
        coalesce(
            {{ add_days('last_order_days.last_ordered_on', 'own_medians.gap_days') }},
            next_reorders.expected_on
        ) as expected_next_order_on,
        case
            when own_medians.gap_days is not null then 'own_gaps'
            when next_reorders.expected_on is not null then 'category_gaps'
        end as next_order_basis
    from last_order_days
    left join own_medians on last_order_days.customer_id = own_medians.customer_id
    left join next_reorders on last_order_days.customer_id = next_reorders.customer_id

)

select * from expected
