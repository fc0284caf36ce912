select *
from {{ ref('acquisition_costs') }}
where
    (ltv_to_cac is null) != (ltv_to_cac_reason is not null)
    or (payback_months is null) != (payback_status != 'paid_back')
    or (payback_status = 'paid_back' and payback_months < 0)
    or (cost_per_acquired is null and acquired_count > 0 and cost >= 0)
    or (cost_per_first_buyer is null and first_buyer_count > 0 and cost >= 0)
    or (match_status = 'spend_only' and acquired_count + first_buyer_count > 0)
    or (match_status = 'people_only' and cost + impressions + clicks != 0)
    or match_status not in ('both', 'spend_only', 'people_only')
