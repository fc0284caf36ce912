-- The boxes of the seed are a partition: of the 125 cells none is left out and none is in two.
select
    cells.rfm_code,
    count(segments.segment_code) as segment_count
from {{ ref('int_rfm_cells') }} as cells
left join {{ ref('rfm_segments') }} as segments
    on
        cells.recency_score between segments.recency_min and segments.recency_max
        and cells.frequency_score between segments.frequency_min and segments.frequency_max
        and cells.monetary_score between segments.monetary_min and segments.monetary_max
group by cells.rfm_code
having count(segments.segment_code) != 1
