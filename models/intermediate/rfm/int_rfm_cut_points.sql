with measures as (

    select * from {{ ref('int_rfm_measures') }}

),

-- the distribution of each measure: sorting distinct values is far less than sorting people
value_counts as (

    select
        as_of_date,
        'recency_days' as measure,
        cast(recency_days as decimal(18, 4)) as measured_value,
        cast(count(*) as bigint) as customer_count
    from measures
    group by as_of_date, recency_days
    union all
    select
        as_of_date,
        'frequency' as measure,
        cast(frequency as decimal(18, 4)) as measured_value,
        cast(count(*) as bigint) as customer_count
    from measures
    group by as_of_date, frequency
    union all
    select
        as_of_date,
        'monetary' as measure,
        cast(monetary as decimal(18, 4)) as measured_value,
        cast(count(*) as bigint) as customer_count
    from measures
    group by as_of_date, monetary

),

-- people sorted by value stand at the places 0, 1, ...; this is the first place of a value
placed as (

    select
        as_of_date,
        measure,
        measured_value,
        cast(sum(customer_count) over (
            partition by as_of_date, measure
            order by measured_value
            rows between unbounded preceding and current row
        ) as bigint) - customer_count as first_place,
        cast(sum(customer_count) over (partition by as_of_date, measure) as bigint)
            as population
    from value_counts

),

quintiles as (

    select quintiles.cut_number
    from (values (1), (2), (3), (4)) as quintiles (cut_number)

),

-- type 7: the quantile k/5 of n values stands at place (n - 1) * k / 5, between the values at
-- the whole places around it; counted in fifths, so that all is whole numbers
surrounded as (

    select
        placed.as_of_date,
        placed.measure,
        quintiles.cut_number,
        max(((placed.population - 1) * quintiles.cut_number) % 5) as fifths,
        max(
            case
                when placed.first_place * 5 <= (placed.population - 1) * quintiles.cut_number
                    then placed.measured_value
            end
        ) as lower_value,
        max(
            case
                when placed.first_place * 5 <= (placed.population - 1) * quintiles.cut_number + 5
                    then placed.measured_value
            end
        ) as upper_value
    from placed
    cross join quintiles
    group by placed.as_of_date, placed.measure, quintiles.cut_number

),

interpolated as (

    select
        as_of_date,
        measure,
        cut_number,
        cast(
            cast(lower_value as decimal(28, 5))
            + (upper_value - lower_value) * cast(fifths as decimal(1, 0)) * 0.2
            as decimal(28, 5)
        ) as cut_point
    from surrounded

),

cut_points as (

    select
        as_of_date,
        measure,
        max(case when cut_number = 1 then cut_point end) as cut_1,
        max(case when cut_number = 2 then cut_point end) as cut_2,
        max(case when cut_number = 3 then cut_point end) as cut_3,
        max(case when cut_number = 4 then cut_point end) as cut_4
    from interpolated
    group by as_of_date, measure

)

select * from cut_points
