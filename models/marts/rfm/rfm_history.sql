with segment_runs as (

    select * from {{ ref('int_rfm_segment_runs') }}

),

selected as (

    select
        customer_id,
        as_of_date,
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
        previous_segment_code,
        segment_changed_on
    from segment_runs
    where is_month_end

)

select * from selected
