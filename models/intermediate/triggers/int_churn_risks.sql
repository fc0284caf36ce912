with orders as (

    select * from {{ ref('orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

order_days as (

    select distinct
        customer_id,
        order_date
    from orders
    where is_valid and customer_id is not null

),

dated as (

    select
        customer_id,
        order_date,
        lag(order_date) over (partition by customer_id order by order_date) as previous_order_date
    from order_days

),

gaps as (

    select
        customer_id,
        order_date,
        {{ days_between('previous_order_date', 'order_date') }} as gap_days
    from dated
    where previous_order_date is not null

),

ranked_gaps as (

    select
        customer_id,
        gap_days,
        row_number() over (
            partition by customer_id
            order by gap_days, order_date
        ) as gap_number,
        count(*) over (partition by customer_id) as gap_count
    from gaps

),

-- twice the median is the sum of the two gaps in the middle, which are one when the count is odd
own_limits as (

    select
        customer_id,
        cast(
            sum(
                gap_days
                * (
                    case when gap_number * 2 in (gap_count, gap_count + 1) then 1 else 0 end
                    + case when gap_number * 2 in (gap_count + 1, gap_count + 2) then 1 else 0 end
                )
            ) as decimal(18, 4)
        ) as expected_gap_days
    from ranked_gaps
    where gap_count >= 2
    group by customer_id

),

-- gaps of the shop sorted by length stand at the places 0, 1, ...; this is the first place of one
placed_lengths as (

    select
        gap_days,
        cast(sum(count(*)) over (
            order by gap_days
            rows between unbounded preceding and current row
        ) as bigint) - count(*) as first_place,
        cast(sum(count(*)) over () as bigint) as gap_count
    from gaps
    group by gap_days

),

-- type 7: the 80 % quantile of n values stands at place (n - 1) * 4 / 5, counted in fifths
surrounding_lengths as (

    select
        max((gap_count - 1) * 4 % 5) as fifths,
        max(case when first_place * 5 <= (gap_count - 1) * 4 then gap_days end) as lower_days,
        max(case when first_place * 5 <= (gap_count - 1) * 4 + 5 then gap_days end) as upper_days
    from placed_lengths

),

shop_limits as (

    select
        cast(
            lower_days + (upper_days - lower_days) * cast(fifths as decimal(1, 0)) * 0.2
            as decimal(18, 4)
        ) as expected_gap_days
    from surrounding_lengths

),

last_order_days as (

    select
        order_days.customer_id,
        {{ days_between('max(order_days.order_date)', 'max(as_of.as_of_date)') }} as recency_days
    from order_days
    cross join as_of
    group by order_days.customer_id

),

judged as (

    select
        last_order_days.customer_id,
        coalesce(
            last_order_days.recency_days
            > coalesce(own_limits.expected_gap_days, shop_limits.expected_gap_days),
            false
        ) as is_high_risk,
        case
            when own_limits.customer_id is not null then 'own_gaps'
            when shop_limits.expected_gap_days is not null then 'shop_gaps'
            else 'none'
        end as basis,
        coalesce(own_limits.expected_gap_days, shop_limits.expected_gap_days)
            as expected_gap_days,
        last_order_days.recency_days
    from last_order_days
    cross join shop_limits
    left join own_limits on last_order_days.customer_id = own_limits.customer_id

)

select * from judged
