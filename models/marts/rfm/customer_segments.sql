with customers as (

    select * from {{ ref('customers') }}

),

orders as (

    select * from {{ ref('orders') }}

),

scored_today as (

    select * from {{ ref('int_rfm_segment_runs') }}
    where is_as_of

),

departures as (

    select * from {{ ref('int_rfm_segment_runs') }}
    where dormant_from is not null

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

dates as (

    select * from {{ ref('int_rfm_dates') }}

),

first_dates as (

    select min(as_of_date) as first_date from dates

),

-- the first scoring date, a month end or the as-of date, that a first order can count on
first_orders as (

    select
        orders.customer_id,
        least(
            as_of.as_of_date,
            greatest(
                first_dates.first_date,
                {{ add_days(add_months(month_of('orders.order_date'), 1), -1) }}
            )
        ) as first_countable_on
    from orders
    cross join as_of
    cross join first_dates
    where orders.order_number = 1

),

last_departures as (

    select
        customer_id,
        max_by(segment_code, as_of_date) as previous_segment_code,
        max_by(dormant_from, as_of_date) as dormant_from
    from departures
    group by customer_id

),

-- who bought and was never scored (between two dates, with a short window) is dormant from the
-- first date on which the order could have counted
segmented as (

    select
        customers.customer_id,
        as_of.as_of_date,
        case
            when scored_today.customer_id is not null then scored_today.segment_code
            when first_orders.customer_id is not null then 'dormant'
            else 'prospect'
        end as segment_code,
        scored_today.segment_name_en,
        scored_today.segment_name_ko,
        case
            when scored_today.customer_id is not null then scored_today.previous_segment_code
            else last_departures.previous_segment_code
        end as previous_segment_code,
        case
            when scored_today.customer_id is not null then scored_today.segment_changed_on
            when last_departures.customer_id is not null then last_departures.dormant_from
            else first_orders.first_countable_on
        end as segment_changed_on,
        scored_today.customer_id is not null as is_in_rfm_population
    from customers
    cross join as_of
    left join first_orders on customers.customer_id = first_orders.customer_id
    left join scored_today on customers.customer_id = scored_today.customer_id
    left join last_departures on customers.customer_id = last_departures.customer_id

),

named as (

    select
        segmented.customer_id,
        segmented.as_of_date,
        segmented.segment_code,
        coalesce(segmented.segment_name_en, segments.name_en) as segment_name_en,
        coalesce(segmented.segment_name_ko, segments.name_ko) as segment_name_ko,
        segmented.previous_segment_code,
        segmented.segment_changed_on,
        segmented.is_in_rfm_population
    from segmented
    left join segments on segmented.segment_code = segments.segment_code

)

select * from named
