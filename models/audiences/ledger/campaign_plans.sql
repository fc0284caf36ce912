{{ config(materialized='table') }}

with campaign_members as (

    select * from {{ ref('campaign_members') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

campaign_arms as (

    select * from {{ ref('campaign_arms') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

send_times as (

    select * from {{ ref('int_send_times') }}

),

places as (

    select {{ whole_numbers('1', '4') }} as place

),

campaign_channels as (

    select
        campaigns.campaign_id,
        campaigns.is_ad,
        campaigns.priority,
        campaigns.send_time,
        split_part(campaigns.channels, '|', places.place) as channel,
        places.place as channel_place
    from campaigns
    inner join places
        on
            places.place
            <= length(campaigns.channels) - length(replace(campaigns.channels, '|', '')) + 1

),

wished as (

    select
        campaign_members.campaign_id,
        campaign_members.customer_id,
        campaign_channels.channel,
        campaign_channels.channel_place,
        campaign_channels.is_ad,
        campaign_channels.priority,
        message_permissions.language,
        message_permissions.is_kakao_friend,
        campaign_members.product_id,
        campaign_members.variables,
        coalesce(message_permissions.time_zone, '{{ var("reporting_timezone") }}') as time_zone,
        coalesce(
            lpad(cast(message_permissions.best_hour as string), 2, '0') || ':00',
            campaign_channels.send_time
        ) as send_time,
        {{ night_rule(
            'campaign_channels.channel',
            'campaign_channels.is_ad',
            'message_permissions.has_night_consent'
        ) }} as night_rule
    from campaign_members
    inner join campaign_channels on campaign_members.campaign_id = campaign_channels.campaign_id
    inner join message_permissions
        on
            campaign_members.customer_id = message_permissions.customer_id
            and campaign_channels.channel = message_permissions.channel

),

plans as (

    select
        wished.campaign_id,
        wished.customer_id,
        wished.channel,
        wished.channel_place,
        wished.is_ad,
        wished.priority,
        campaign_arms.arm,
        send_times.planned_at,
        send_times.planned_on,
        wished.time_zone,
        wished.language,
        wished.is_kakao_friend,
        wished.product_id,
        wished.variables
    from wished
    inner join send_times
        on
            wished.time_zone = send_times.time_zone
            and wished.send_time = send_times.send_time
            and wished.night_rule = send_times.night_rule
    inner join campaign_arms
        on
            wished.campaign_id = campaign_arms.campaign_id
            and wished.customer_id = campaign_arms.customer_id

)

select * from plans
