-- One campaign of 25 may be further off by chance; two mean that the hash does not do its work.
{{ config(warn_if='> 0', error_if='> 1') }}

with campaign_arms as (

    select * from {{ ref('campaign_arms') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

counted as (

    select
        campaign_arms.campaign_id,
        count(*) as member_count,
        count(*) filter (where campaign_arms.arm = 'control') as control_count,
        max(cast(campaigns.holdout_share as double)) as holdout_share
    from campaign_arms
    inner join campaigns on campaign_arms.campaign_id = campaigns.campaign_id
    where campaigns.is_ad and campaign_arms.decided_by = 'hash'
    group by campaign_arms.campaign_id

)

select * from counted
where
    member_count >= 100
    and abs(control_count - member_count * holdout_share)
    > 3 * sqrt(member_count * holdout_share * (1 - holdout_share))
