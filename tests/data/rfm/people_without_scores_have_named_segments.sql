-- The seed must name `prospect` and `dormant`, which no scores lead to.
select count(*) as named_segments
from {{ ref('rfm_segments') }}
where
    segment_code in ('prospect', 'dormant')
    and match_order is null
    and name_en is not null
    and name_ko is not null
having count(*) != 2
