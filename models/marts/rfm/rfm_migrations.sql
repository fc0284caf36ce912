with segment_runs as (

    select * from {{ ref('int_rfm_segment_runs') }}

),

dates as (

    select * from {{ ref('int_rfm_dates') }}

),

stayed_or_came as (

    select
        previous_date as from_date,
        as_of_date as to_date,
        from_segment_code,
        segment_code as to_segment_code
    from segment_runs
    where is_month_end and previous_date is not null

),

left_the_window as (

    select
        segment_runs.as_of_date as from_date,
        segment_runs.dormant_from as to_date,
        segment_runs.segment_code as from_segment_code,
        'dormant' as to_segment_code
    from segment_runs
    inner join dates on segment_runs.dormant_from = dates.as_of_date
    where dates.is_month_end

),

moves as (

    select * from stayed_or_came
    union all
    select * from left_the_window

),

counted as (

    select
        from_date,
        to_date,
        from_segment_code,
        to_segment_code,
        cast(count(*) as bigint) as customer_count
    from moves
    group by from_date, to_date, from_segment_code, to_segment_code

)

select * from counted
