-- the nights of each channel, read from the clock as text; Kakao has its own beside the law's, in
-- the person's zone and in Korea
{%- set ends = var('night_ends') %}
{%- set channel_begins = [
    ('sms', var('night_begins'), 'send_time'), ('push', var('night_begins'), 'send_time'),
    ('kakao', var('night_begins'), 'send_time'), ('kakao', var('kakao_night_begins'), 'send_time'),
    ('kakao', var('kakao_night_begins'), 'send_time_in_korea'),
] %}

with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

clocks as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        campaign_recipients.channel,
        coalesce(consent_states.is_granted, false) as has_night_consent,
        substr(
            cast({{ local_time_in(
                'campaign_recipients.send_at',
                "coalesce(time_zones.time_zone, '" ~ var('reporting_timezone') ~ "')"
            ) }} as string), 12, 5
        ) as send_time,
        substr({{ korean_time('campaign_recipients.send_at') }}, 12, 5) as send_time_in_korea
    from campaign_recipients
    left join customer_attributes
        on campaign_recipients.customer_id = customer_attributes.customer_id
    left join time_zones on customer_attributes.timezone = time_zones.time_zone
    left join consent_states
        on
            campaign_recipients.customer_id = consent_states.customer_id
            and campaign_recipients.channel = consent_states.channel
            and consent_states.purpose = 'night'
    where campaign_recipients.is_ad

),

nights as (

    {%- for channel, begins, clock in channel_begins %}
    select
        *,
        {{ clock }} >= '{{ begins }}' as is_after_begin,
        {{ clock }} < '{{ ends }}' as is_before_end,
        {{ (begins > ends) | lower }} as is_over_midnight
    from clocks
    where channel = '{{ channel }}' {{ 'and not has_night_consent' if channel != 'kakao' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from nights
where
    (is_over_midnight and (is_after_begin or is_before_end))
    or (not is_over_midnight and is_after_begin and is_before_end)
