-- written from the rules and not from int_campaign_reach
with members as (

    select * from {{ ref('campaign_members') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

open_suppressions as (

    select * from {{ ref('int_open_suppressions') }}

),

permitted as (

    select distinct
        members.campaign_id,
        members.customer_id
    from members
    inner join campaigns on members.campaign_id = campaigns.campaign_id and campaigns.is_active
    inner join contact_points on members.customer_id = contact_points.customer_id
    inner join consent_states
        on
            members.customer_id = consent_states.customer_id
            and contact_points.channel = consent_states.channel
            and consent_states.purpose = 'marketing'
            and consent_states.is_granted
    left join open_suppressions
        on
            members.customer_id = open_suppressions.customer_id
            and contact_points.channel = open_suppressions.channel
    where
        open_suppressions.customer_id is null
        and campaigns.channels like '%' || contact_points.channel || '%'

)

select
    members.campaign_id,
    members.customer_id
from members
left join permitted
    on members.campaign_id = permitted.campaign_id and members.customer_id = permitted.customer_id
where permitted.customer_id is null
