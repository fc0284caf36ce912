-- For every pair of month ends: the moves out of a segment are its people on the first date, the
-- moves into it are its people on the second.
with people as (

    select
        as_of_date,
        segment_code,
        count(*) as customer_count
    from {{ ref('rfm_history') }}
    group by as_of_date, segment_code

),

dates as (

    select
        as_of_date as to_date,
        previous_date as from_date
    from {{ ref('int_rfm_dates') }}
    where is_month_end and previous_date is not null

),

expected as (

    select
        dates.to_date,
        'from' as side,
        people.segment_code,
        people.customer_count
    from dates
    inner join people on dates.from_date = people.as_of_date
    union all
    select
        dates.to_date,
        'to' as side,
        people.segment_code,
        people.customer_count
    from dates
    inner join people on dates.to_date = people.as_of_date

),

counted as (

    select
        to_date,
        'from' as side,
        from_segment_code as segment_code,
        sum(customer_count) as customer_count
    from {{ ref('rfm_migrations') }}
    where from_segment_code not in ('none', 'dormant')
    group by to_date, from_segment_code
    union all
    select
        to_date,
        'to' as side,
        to_segment_code as segment_code,
        sum(customer_count) as customer_count
    from {{ ref('rfm_migrations') }}
    where to_segment_code != 'dormant'
    group by to_date, to_segment_code

)

select
    coalesce(expected.to_date, counted.to_date) as to_date,
    coalesce(expected.side, counted.side) as side,
    coalesce(expected.segment_code, counted.segment_code) as segment_code,
    expected.customer_count as expected_count,
    counted.customer_count as counted_count
from expected
full outer join counted
    on
        expected.to_date = counted.to_date
        and expected.side = counted.side
        and expected.segment_code = counted.segment_code
where expected.customer_count is distinct from counted.customer_count
