{%- set reasons = [
    'erased', 'under_age', 'no_contact', 'suppressed', 'no_consent', 'consent_unconfirmed',
    'open_complaint', 'cooling_down', 'frequency_cap', 'global_holdout', 'campaign_holdout',
    'lower_priority', 'lower_channel', 'text_incomplete',
] -%}

{{ config(materialized='table') }}

with campaign_checks as (

    select * from {{ ref('campaign_checks') }}

),

-- the first of the rules 1 to 11, which look at one row alone
judged as (

    select
        *,
        case
            when is_erased then 1
            when is_under_age then 2
            when not has_contact then 3
            when suppression_reason is not null then 4
            when not is_ad then null
            when not has_marketing_consent and not uses_exception then 5
            {%- if var('block_unconfirmed') | string | lower == 'true' %}
            when is_unconfirmed then 6
            {%- endif %}
            when has_open_complaint then 7
            when is_cooling_down then 8
            when cap_reached is not null then 9
            when is_in_global_holdout then 10
            when arm = 'control' then 11
        end as own_rule,
        -- a person gets one advertising message of the plan, and one of each campaign that informs
        case when is_ad then 'advertising' else campaign_id end as slot
    from campaign_checks

),

ranked as (

    select
        customer_id,
        slot,
        campaign_id,
        priority,
        channel_place,
        row_number() over (
            partition by customer_id, slot
            order by priority asc, campaign_id asc, channel_place asc
        ) as place
    from judged
    where own_rule is null and text_problem is null

),

winners as (

    select
        customer_id,
        slot,
        campaign_id,
        priority,
        channel_place
    from ranked
    where place = 1

),

compared as (

    select
        judged.campaign_id,
        judged.customer_id,
        judged.channel,
        judged.planned_at,
        case
            when judged.own_rule is not null then judged.own_rule
            when
                judged.priority > winners.priority
                or (
                    judged.priority = winners.priority
                    and judged.campaign_id > winners.campaign_id
                )
                then 12
            when
                judged.campaign_id = winners.campaign_id
                and judged.channel_place > winners.channel_place
                then 13
            when judged.text_problem is not null then 14
        end as rule_number
    from judged
    left join winners
        on judged.customer_id = winners.customer_id and judged.slot = winners.slot

),

eligibility as (

    select
        campaign_id,
        customer_id,
        channel,
        rule_number is null as is_eligible,
        case
            {%- for reason in reasons %}
            when rule_number = {{ loop.index }} then '{{ reason }}'
            {%- endfor %}
            else 'eligible'
        end as reason_code,
        case when rule_number is null then planned_at end as send_at,
        cast(rule_number as int) as rule_number
    from compared

)

select * from eligibility
