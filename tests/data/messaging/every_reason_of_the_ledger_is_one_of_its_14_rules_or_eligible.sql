{%- set reasons = [
    'erased', 'under_age', 'no_contact', 'suppressed', 'no_consent', 'consent_unconfirmed',
    'open_complaint', 'cooling_down', 'frequency_cap', 'global_holdout', 'campaign_holdout',
    'lower_priority', 'lower_channel', 'text_incomplete', 'eligible',
] -%}

with campaign_eligibility as (

    select * from {{ ref('campaign_eligibility') }}

),

reasons as (

    {%- for reason in reasons %}
    select
        '{{ reason }}' as reason_code,
        {{ 'cast(null as int)' if loop.last else loop.index }} as rule_number,
        {{ loop.last | lower }} as is_eligible
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    campaign_eligibility.campaign_id,
    campaign_eligibility.customer_id,
    campaign_eligibility.channel,
    campaign_eligibility.reason_code,
    campaign_eligibility.rule_number
from campaign_eligibility
left join reasons
    on
        campaign_eligibility.reason_code = reasons.reason_code
        and campaign_eligibility.is_eligible = reasons.is_eligible
        and campaign_eligibility.rule_number is not distinct from reasons.rule_number
where
    reasons.reason_code is null
    or campaign_eligibility.is_eligible <> (campaign_eligibility.send_at is not null)
