-- counted from the audiences and the seed, not from the plans
with campaign_eligibility as (

    select * from {{ ref('campaign_eligibility') }}

),

campaign_members as (

    select * from {{ ref('campaign_members') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

channels as (

    {{ message_channels() }}

),

member_counts as (

    select
        campaign_id,
        count(*) as member_count
    from campaign_members
    group by campaign_id

),

candidates as (

    select
        member_counts.campaign_id,
        channels.channel,
        member_counts.member_count
    from member_counts
    inner join campaigns on member_counts.campaign_id = campaigns.campaign_id
    inner join channels
        on instr('|' || campaigns.channels || '|', '|' || channels.channel || '|') > 0

),

reason_counts as (

    select
        campaign_id,
        channel,
        reason_code,
        count(*) as row_count
    from campaign_eligibility
    group by campaign_id, channel, reason_code

),

judged as (

    select
        campaign_id,
        channel,
        sum(row_count) as judged_count
    from reason_counts
    group by campaign_id, channel

)

select
    candidates.campaign_id,
    candidates.channel,
    candidates.member_count,
    judged.campaign_id as judged_campaign_id,
    judged.channel as judged_channel,
    judged.judged_count
from candidates
full outer join judged
    on candidates.campaign_id = judged.campaign_id and candidates.channel = judged.channel
where candidates.member_count is distinct from judged.judged_count
