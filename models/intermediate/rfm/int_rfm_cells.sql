with segments as (

    select * from {{ ref('rfm_segments') }}

),

scores as (

    select scores.score
    from (values (1), (2), (3), (4), (5)) as scores (score)

),

cells as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score,
        concat(
            cast(recency.score as string),
            cast(frequency.score as string),
            cast(monetary.score as string)
        ) as rfm_code
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary

),

matched as (

    select
        cells.*,
        segments.segment_code,
        segments.name_en,
        segments.name_ko,
        row_number() over (
            partition by cells.rfm_code
            order by segments.match_order, segments.segment_code
        ) as match_number
    from cells
    left join segments
        on
            cells.recency_score between segments.recency_min and segments.recency_max
            and cells.frequency_score between segments.frequency_min and segments.frequency_max
            and cells.monetary_score between segments.monetary_min and segments.monetary_max

),

-- the default segments leave no cell over; a shop's own may
named as (

    select
        recency_score,
        frequency_score,
        monetary_score,
        rfm_code,
        coalesce(segment_code, 'other') as segment_code,
        coalesce(name_en, 'Other') as segment_name_en,
        coalesce(name_ko, '그 밖') as segment_name_ko
    from matched
    where match_number = 1

)

select * from named
