with members as (

    select * from {{ ref('campaign_members') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    members.campaign_id,
    members.customer_id,
    members.triggered_at
from members
cross join as_of
where
    members.triggered_at >= as_of.as_of_ends_at
    or members.triggered_at is null
    or members.trigger_key is null
