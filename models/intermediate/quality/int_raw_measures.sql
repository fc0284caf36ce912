{%- set week_ends_on = add_days('as_of_date', -(var('late_days') | int)) -%}
{%- set week_begins_on = add_days('as_of_date', -(var('late_days') | int) - 6) -%}
{%- set is_in_week = 'days.row_date between ' ~ week_begins_on ~ ' and ' ~ week_ends_on -%}

with as_of as (

    select * from {{ ref('int_as_of') }}

),

usuals as (

    select * from {{ ref('int_raw_usuals') }}

),

days as (

    select * from {{ ref('int_raw_days') }}

),

volumes as (

    select
        usuals.table_name,
        'volume' as check_name,
        as_of.as_of_date as checked_from,
        as_of.as_of_date as checked_until,
        usuals.comparable_count as row_count,
        cast(usuals.usual_row_count as bigint) as basis_count,
        cast(usuals.usual_row_count as double) as usual,
        cast(usuals.comparable_count as double) / nullif(usuals.usual_row_count, 0) as measure,
        usuals.usual_basis,
        case
            when usuals.usual_row_count is null then 'less than a week of history'
            when usuals.usual_row_count = 0 then 'usually none on such a day'
        end as unjudged_reason
    from usuals
    cross join as_of

),

freshness as (

    select
        usuals.table_name,
        'freshness' as check_name,
        usuals.newest_date as checked_from,
        as_of.as_of_date as checked_until,
        usuals.row_count,
        cast(null as bigint) as basis_count,
        cast(usuals.longest_gap_days as double) as usual,
        cast(usuals.silent_days as double) as measure,
        cast(null as string) as usual_basis,
        case
            when usuals.silent_days > 56 then 'no row in eight weeks'
            when usuals.history_days < 28 then 'less than four weeks of history'
            when usuals.longest_gap_days is null then 'rows on one day only'
        end as unjudged_reason
    from usuals
    cross join as_of

),

-- also of tables of which every row was rejected, or none is of these days
table_days as (

    select
        coalesce(usuals.table_name, days.table_name) as table_name,
        as_of.as_of_date,
        days.row_date = as_of.as_of_date as is_the_day,
        coalesce(days.row_count, 0) as row_count,
        coalesce(days.rejected_count, 0) as rejected_count,
        case when {{ is_in_week }} then days.row_count else 0 end as week_count,
        case when {{ is_in_week }} then days.late_count else 0 end as late_count
    from usuals
    full outer join days on usuals.table_name = days.table_name
    cross join as_of

),

-- of the newest week of which every event has had the time to be late
late_shares as (

    select
        table_name,
        'late_share' as check_name,
        min({{ week_begins_on }}) as checked_from,
        min({{ week_ends_on }}) as checked_until,
        cast(sum(week_count) as bigint) as row_count,
        cast(sum(week_count) as bigint) as basis_count,
        cast(null as double) as usual,
        cast(sum(late_count) as double) / nullif(sum(week_count), 0) as measure,
        cast(null as string) as usual_basis,
        case when sum(week_count) = 0 then 'no rows' end as unjudged_reason
    from table_days
    where table_name = 'events'
    group by table_name

),

rejection_counts as (

    select
        table_name,
        as_of_date,
        sum(case when is_the_day then rejected_count else 0 end) as rejected_count,
        sum(case when is_the_day then row_count + rejected_count else 0 end) as row_count,
        sum(case when is_the_day then 0 else rejected_count end) as past_rejected_count,
        sum(case when is_the_day then 0 else row_count + rejected_count end) as past_row_count
    from table_days
    group by table_name, as_of_date

),

rejected_shares as (

    select
        table_name,
        'rejected_share' as check_name,
        as_of_date as checked_from,
        as_of_date as checked_until,
        cast(row_count as bigint) as row_count,
        cast(row_count as bigint) as basis_count,
        cast(past_rejected_count as double) / nullif(past_row_count, 0) as usual,
        cast(rejected_count as double) / nullif(row_count, 0) as measure,
        cast(null as string) as usual_basis,
        case
            when row_count = 0 then 'no rows on the day'
            when past_row_count = 0 then 'no rows before the day'
        end as unjudged_reason
    from rejection_counts

),

measures as (

    select * from volumes
    union all
    select * from freshness
    union all
    select * from late_shares
    union all
    select * from rejected_shares

)

select * from measures
