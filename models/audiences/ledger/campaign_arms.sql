{{ config(materialized='table') }}

with campaign_members as (

    select * from {{ ref('campaign_members') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

recorded_arms as (

    select * from {{ ref('int_recorded_arms') }}

),

-- information is nobody's experiment: whoever is owed it gets it
recorded as (

    select
        recorded_arms.campaign_id,
        recorded_arms.customer_id,
        recorded_arms.arm
    from recorded_arms
    inner join campaigns on recorded_arms.campaign_id = campaigns.campaign_id
    where campaigns.is_ad or recorded_arms.arm <> 'control'

),

drawn as (

    select
        campaign_members.campaign_id,
        campaign_members.customer_id,
        campaigns.variants,
        campaigns.is_ad
        and {{ is_held_out(
            "'campaign:' || campaign_members.campaign_id",
            'campaign_members.customer_id',
            'campaigns.holdout_share'
        ) }} as is_held_out,
        {{ hash_bucket(
            "'variant:' || campaign_members.campaign_id", 'campaign_members.customer_id'
        ) }} % (
            length(campaigns.variants) - length(replace(campaigns.variants, '|', '')) + 1
        ) as variant_place
    from campaign_members
    inner join campaigns on campaign_members.campaign_id = campaigns.campaign_id

),

arms as (

    select
        drawn.campaign_id,
        drawn.customer_id,
        case
            when recorded.arm is not null then recorded.arm
            when drawn.is_held_out then 'control'
            else split_part(drawn.variants, '|', cast(drawn.variant_place + 1 as int))
        end as arm,
        case when recorded.arm is not null then 'assignments' else 'hash' end as decided_by
    from drawn
    left join recorded
        on
            drawn.campaign_id = recorded.campaign_id
            and drawn.customer_id = recorded.customer_id

)

select * from arms
