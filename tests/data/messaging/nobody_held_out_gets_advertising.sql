-- read from the hash and the recorded assignments of every account
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

campaign_arms as (

    select * from {{ ref('campaign_arms') }}

),

assignments as (

    select * from {{ ref('stg_assignments') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

recorded_controls as (

    select distinct
        assignments.campaign_id,
        identities.customer_id
    from assignments
    inner join identities
        on
            assignments.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on assignments.assigned_at < as_of.as_of_ends_at
    where lower(assignments.arm) = 'control'

)

select
    campaign_recipients.campaign_id,
    campaign_recipients.customer_id
from campaign_recipients
left join campaign_arms
    on
        campaign_recipients.campaign_id = campaign_arms.campaign_id
        and campaign_recipients.customer_id = campaign_arms.customer_id
left join recorded_controls
    on
        campaign_recipients.campaign_id = recorded_controls.campaign_id
        and campaign_recipients.customer_id = recorded_controls.customer_id
where
    campaign_recipients.is_ad
    and (
        campaign_arms.arm is null
        or campaign_arms.arm = 'control'
        or recorded_controls.customer_id is not null
        or {{ hash_bucket("'shop'", 'campaign_recipients.customer_id') }}
        < {{ var('global_holdout_share') }} * 1000000
    )
