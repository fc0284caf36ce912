-- Each month has its five stages, the first is 100 %, and each stage adds up to its people.
with funnel as (

    select
        stage,
        sum(customer_count) as customer_count,
        min(share_of_acquired) as lowest_share,
        max(share_of_acquired) as highest_share,
        count(*) as month_count
    from {{ ref('journey_funnel') }}
    group by stage

),

people as (

    select
        sum(case when is_acquired then 1 else 0 end) as acquisition,
        sum(case when is_activated then 1 else 0 end) as activation,
        sum(case when is_retained then 1 else 0 end) as retention,
        sum(case when is_revenue then 1 else 0 end) as revenue,
        sum(case when is_referral then 1 else 0 end) as referral
    from {{ ref('journey_stages') }}
    where is_acquired

)

select funnel.*
from funnel
cross join people
where
    funnel.customer_count != case funnel.stage
        when 'acquisition' then people.acquisition
        when 'activation' then people.activation
        when 'retention' then people.retention
        when 'revenue' then people.revenue
        when 'referral' then people.referral
    end
    or funnel.lowest_share < 0
    or funnel.highest_share > 1
    or (funnel.stage = 'acquisition' and funnel.lowest_share != 1)
    or funnel.month_count != (
        select count(distinct cohort_month) from {{ ref('journey_funnel') }}
    )
