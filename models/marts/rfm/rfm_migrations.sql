with arrivals as (

    select * from {{ ref('int_rfm_segment_runs') }}
    where is_month_end and previous_date is not null

),

departures as (

    select * from {{ ref('int_rfm_segment_runs') }}
    where dormant_from is not null

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
    from arrivals

),

left_the_window as (

    select
        departures.as_of_date as from_date,
        departures.dormant_from as to_date,
        departures.segment_code as from_segment_code,
        'dormant' as to_segment_code
    from departures
    inner join dates on departures.dormant_from = dates.as_of_date
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
