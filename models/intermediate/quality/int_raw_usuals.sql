with as_of as (

    select * from {{ ref('int_as_of') }}

),

spans as (

    select * from {{ ref('int_raw_spans') }}

),

days as (

    select * from {{ ref('int_raw_days') }}

),

-- every day of the eight weeks before the as-of day from the table's first day on, without rows too
past_days as (

    select
        spans.table_name,
        as_of.as_of_date,
        spans.first_date,
        {{ whole_numbers(
            '1', 'least(56, ' ~ days_between('spans.first_date', 'as_of.as_of_date') ~ ')'
        ) }} as days_ago
    from spans
    cross join as_of

),

past_counts as (

    select
        past_days.table_name,
        past_days.days_ago,
        coalesce(days.comparable_count, 0) as row_count
    from past_days
    left join days
        on
            past_days.table_name = days.table_name
            and {{ add_days('past_days.as_of_date', '-past_days.days_ago') }} = days.row_date

),

compared_days as (

    select
        table_name,
        'weekday' as usual_basis,
        row_count,
        row_number() over (partition by table_name order by row_count, days_ago) as day_number,
        count(*) over (partition by table_name) as day_count,
        case when max(row_count) over (partition by table_name) = 0 then 1 else 4 end as least_count
    from past_counts
    where days_ago % 7 = 0
    union all
    select
        table_name,
        'four weeks' as usual_basis,
        row_count,
        row_number() over (partition by table_name order by row_count, days_ago) as day_number,
        count(*) over (partition by table_name) as day_count,
        7 as least_count
    from past_counts
    where days_ago <= 28

),

medians as (

    select
        table_name,
        usual_basis,
        {{ median_of_middle('row_count') }} as usual_row_count
    from compared_days
    where
        {{ is_middle('day_number', 'day_count') }}
        -- four same weekdays, or one if none had a row, else a week of days, else nobody knows yet
        and day_count >= least_count
    group by table_name, usual_basis

),

usuals as (

    select
        table_name,
        max(usual_basis) as usual_basis,
        coalesce(
            max(case when usual_basis = 'weekday' then usual_row_count end),
            max(usual_row_count)
        ) as usual_row_count
    from medians
    group by table_name

),

row_days as (

    select
        days.table_name,
        days.row_date,
        lag(days.row_date) over (partition by days.table_name order by days.row_date asc)
            as previous_row_date
    from days
    where days.row_count > 0

),

gaps as (

    select
        row_days.table_name,
        max({{ days_between(
            "coalesce(row_days.previous_row_date, case when spans.first_date < "
            ~ add_days('as_of.as_of_date', -56) ~ " then " ~ add_days('as_of.as_of_date', -56) ~ " end)",
            'row_days.row_date'
        ) }}) as longest_gap_days
    from row_days
    inner join spans on row_days.table_name = spans.table_name
    cross join as_of
    group by row_days.table_name

),

final as (

    select
        spans.table_name,
        spans.newest_date,
        {{ days_between('spans.first_date', 'as_of.as_of_date') }} as history_days,
        {{ days_between('spans.newest_date', 'as_of.as_of_date') }} as silent_days,
        coalesce(days.row_count, 0) as row_count,
        coalesce(days.comparable_count, 0) as comparable_count,
        usuals.usual_basis,
        usuals.usual_row_count,
        gaps.longest_gap_days
    from spans
    cross join as_of
    left join days
        on spans.table_name = days.table_name and as_of.as_of_date = days.row_date
    left join usuals on spans.table_name = usuals.table_name
    left join gaps on spans.table_name = gaps.table_name

)

select * from final
