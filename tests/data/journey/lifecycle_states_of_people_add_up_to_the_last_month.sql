-- The states in journey_stages are those that lifecycle_states counts in the as-of month.
with people as (

    select
        lifecycle_state,
        count(*) as customer_count
    from {{ ref('journey_stages') }}
    where lifecycle_state != 'prospect'
    group by lifecycle_state

),

counted as (

    select
        lifecycle_state,
        customer_count
    from {{ ref('lifecycle_states') }}
    where
        customer_count > 0
        and month_start = (select max(month_start) from {{ ref('lifecycle_states') }})

)

select
    coalesce(people.lifecycle_state, counted.lifecycle_state) as lifecycle_state,
    people.customer_count as people_count,
    counted.customer_count as counted_count
from people
full outer join counted on people.lifecycle_state = counted.lifecycle_state
where people.customer_count is distinct from counted.customer_count
