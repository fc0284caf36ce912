with kpi_targets as (

    select * from {{ ref('kpi_targets') }}

)

select *
from kpi_targets
where
    baseline_from is null
    or baseline_until is null
    or due_month is null
    or baseline_from != {{ month_of('baseline_from') }}
    or baseline_until != {{ month_of('baseline_until') }}
    or due_month != {{ month_of('due_month') }}
    or baseline_from > baseline_until
    or baseline_until >= due_month
    or target_change is null
    or target_change = 0
    or target_change <= -1
    or measure is null
    or name_en is null
    or name_ko is null
