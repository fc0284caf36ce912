with second_order_counts as (

    select * from {{ ref('int_second_order_counts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- a second order after the year is none: not everybody had more than a year
by_days as (

    select
        second_order_counts.dimension,
        second_order_counts.dimension_value,
        case
            when second_order_counts.days_to_second_order <= 365
                then second_order_counts.days_to_second_order
        end as days_to_second_order,
        sum(second_order_counts.buyer_count) as buyer_count
    from second_order_counts
    inner join as_of
        on second_order_counts.first_ordered_on <= {{ add_days('as_of.as_of_date', -365) }}
    group by
        second_order_counts.dimension,
        second_order_counts.dimension_value,
        case
            when second_order_counts.days_to_second_order <= 365
                then second_order_counts.days_to_second_order
        end

),

totals as (

    select
        dimension,
        dimension_value,
        sum(buyer_count) as buyer_count,
        sum(case when days_to_second_order is not null then buyer_count else 0 end)
            as repurchased_count
    from by_days
    group by dimension, dimension_value

),

accumulated as (

    select
        dimension,
        dimension_value,
        days_to_second_order,
        sum(buyer_count) over (
            partition by dimension, dimension_value
            order by days_to_second_order
            rows between unbounded preceding and current row
        ) as repurchased_so_far
    from by_days
    where days_to_second_order is not null

),

reached as (

    select
        totals.dimension,
        totals.dimension_value,
        totals.buyer_count,
        totals.repurchased_count,
        min(
            case
                when accumulated.repurchased_so_far * 4 >= totals.buyer_count
                    then accumulated.days_to_second_order
            end
        ) as days_to_25_percent,
        min(
            case
                when accumulated.repurchased_so_far * 2 >= totals.buyer_count
                    then accumulated.days_to_second_order
            end
        ) as days_to_50_percent,
        min(
            case
                when accumulated.repurchased_so_far * 2 >= totals.repurchased_count
                    then accumulated.days_to_second_order
            end
        ) as median_days_of_repurchasers
    from totals
    left join accumulated
        on
            totals.dimension = accumulated.dimension
            and totals.dimension_value = accumulated.dimension_value
    group by
        totals.dimension,
        totals.dimension_value,
        totals.buyer_count,
        totals.repurchased_count

),

times as (

    select
        dimension,
        dimension_value,
        cast(buyer_count as bigint) as buyer_count,
        cast(repurchased_count as bigint) as repurchased_count,
        days_to_25_percent,
        days_to_50_percent,
        median_days_of_repurchasers
    from reached

)

select * from times
