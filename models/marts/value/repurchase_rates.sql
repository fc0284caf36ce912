with second_order_counts as (

    select * from {{ ref('int_second_order_counts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

horizons as (

    select horizons.horizon_days
    from (values (30), (60), (90), (180), (365)) as horizons (horizon_days)

),

counted as (

    select
        second_order_counts.dimension,
        second_order_counts.dimension_value,
        {{ month_of('second_order_counts.first_ordered_on') }} as cohort_month,
        horizons.horizon_days,
        sum(second_order_counts.buyer_count) as buyer_count,
        sum(
            case
                when second_order_counts.days_to_second_order <= horizons.horizon_days
                    then second_order_counts.buyer_count
                else 0
            end
        ) as repurchased_count
    from second_order_counts
    cross join horizons
    group by
        second_order_counts.dimension,
        second_order_counts.dimension_value,
        {{ month_of('second_order_counts.first_ordered_on') }},
        horizons.horizon_days

),

-- who first ordered on the last day of the month must have had all the days, too
dated as (

    select
        *,
        {{ add_days(add_months('cohort_month', 1), 'horizon_days - 1') }} as complete_on
    from counted

),

rates as (

    select
        dated.dimension,
        dated.dimension_value,
        dated.cohort_month,
        dated.horizon_days,
        cast(dated.buyer_count as bigint) as buyer_count,
        dated.complete_on,
        dated.complete_on <= as_of.as_of_date as is_complete,
        case
            when dated.complete_on <= as_of.as_of_date
                then cast(dated.repurchased_count as bigint)
        end as repurchased_count,
        case
            when dated.complete_on <= as_of.as_of_date
                then cast(dated.repurchased_count as double) / cast(dated.buyer_count as double)
        end as repurchase_rate
    from dated
    cross join as_of

)

select * from rates
