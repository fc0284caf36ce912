-- Each segment that is matched at all is the first match of at least one cell.
select segments.segment_code
from {{ ref('rfm_segments') }} as segments
left join {{ ref('int_rfm_cells') }} as cells on segments.segment_code = cells.segment_code
where segments.match_order is not null and cells.rfm_code is null
