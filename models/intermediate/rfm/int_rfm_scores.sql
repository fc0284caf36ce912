{{ config(materialized='view') }}

with measures as (

    select * from {{ ref('int_rfm_measures') }}

),

cut_points as (

    select * from {{ ref('int_rfm_cut_points') }}

),

cells as (

    select * from {{ ref('int_rfm_cells') }}

),

scored as (

    select
        measures.as_of_date,
        measures.customer_id,
        measures.recency_days,
        measures.frequency,
        measures.monetary,
        -- few days are good: the scale turns round
        6 - {{ rfm_score('measures.recency_days', 'recency_cuts') }} as recency_score,
        {{ rfm_score('measures.frequency', 'frequency_cuts') }} as frequency_score,
        {{ rfm_score('measures.monetary', 'monetary_cuts') }} as monetary_score
    from measures
    inner join cut_points as recency_cuts
        on
            measures.as_of_date = recency_cuts.as_of_date
            and recency_cuts.measure = 'recency_days'
    inner join cut_points as frequency_cuts
        on
            measures.as_of_date = frequency_cuts.as_of_date
            and frequency_cuts.measure = 'frequency'
    inner join cut_points as monetary_cuts
        on
            measures.as_of_date = monetary_cuts.as_of_date
            and monetary_cuts.measure = 'monetary'

),

segmented as (

    select
        scored.*,
        cells.rfm_code,
        cells.segment_code,
        cells.segment_name_en,
        cells.segment_name_ko
    from scored
    inner join cells
        on
            scored.recency_score = cells.recency_score
            and scored.frequency_score = cells.frequency_score
            and scored.monetary_score = cells.monetary_score

)

select * from segmented
