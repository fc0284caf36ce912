with scores as (

    select * from {{ ref('int_rfm_scores') }}

),

dates as (

    select * from {{ ref('int_rfm_dates') }}

),

neighboured as (

    select
        scores.*,
        dates.is_month_end,
        dates.is_as_of,
        dates.date_number,
        dates.previous_date,
        dates.next_date,
        lag(scores.segment_code) over (
            partition by scores.customer_id order by scores.as_of_date
        ) as earlier_segment_code,
        lag(scores.as_of_date) over (
            partition by scores.customer_id order by scores.as_of_date
        ) as earlier_date,
        lead(scores.as_of_date) over (
            partition by scores.customer_id order by scores.as_of_date
        ) as later_date
    from scores
    inner join dates on scores.as_of_date = dates.as_of_date

),

-- a person who was in the population before, and not on the date just before, was dormant on it
moved as (

    select
        *,
        case
            when earlier_date is null then 'none'
            when earlier_date < previous_date then 'dormant'
            else earlier_segment_code
        end as from_segment_code,
        case
            when later_date is null or later_date > next_date then next_date
        end as dormant_from
    from neighboured

),

numbered as (

    select
        *,
        sum(case when from_segment_code = segment_code then 0 else 1 end) over (
            partition by customer_id
            order by as_of_date
            rows between unbounded preceding and current row
        ) as run_number
    from moved

),

dated as (

    select
        as_of_date,
        customer_id,
        is_month_end,
        is_as_of,
        recency_days,
        frequency,
        monetary,
        recency_score,
        frequency_score,
        monetary_score,
        rfm_code,
        segment_code,
        segment_name_en,
        segment_name_ko,
        nullif(
            first_value(from_segment_code) over (
                partition by customer_id, run_number order by as_of_date
            ),
            'none'
        ) as previous_segment_code,
        first_value(as_of_date) over (
            partition by customer_id, run_number order by as_of_date
        ) as segment_changed_on,
        previous_date,
        from_segment_code,
        dormant_from
    from numbered

)

select * from dated
