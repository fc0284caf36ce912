{{ config(materialized='view') }}

with campaigns as (

    select * from {{ ref('campaigns') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

permitted as (

    select
        campaigns.campaign_id,
        message_permissions.customer_id,
        message_permissions.channel,
        instr(
            '|' || campaigns.channels || '|',
            '|' || message_permissions.channel || '|'
        ) as place
    from campaigns
    inner join message_permissions
        on
            message_permissions.may_advertise
            and instr(
                '|' || campaigns.channels || '|',
                '|' || message_permissions.channel || '|'
            ) > 0
    where campaigns.is_active

),

preferred as (

    select
        campaign_id,
        customer_id,
        min_by(channel, place) as channel
    from permitted
    group by campaign_id, customer_id

)

select * from preferred
