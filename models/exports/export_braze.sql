with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

profiles as (

    select * from {{ ref('int_export_profiles') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

open_suppressions as (

    select * from {{ ref('int_open_suppressions') }}

),

recipients as (

    select
        customer_id,
        max(case when channel = 'email' then contact end) as email,
        max(case when channel = 'sms' then contact end) as phone,
        max(case when is_ad then channel end) as ad_channel,
        {{ sorted_list('campaign_id') }} as campaigns
    from campaign_destinations
    where destination_id = 'braze'
    group by customer_id

),

answers as (

    select
        customer_id,
        bool_or(case when channel = 'email' then is_granted end) as has_email_consent,
        bool_or(case when channel = 'push' then is_granted end) as has_push_consent
    from consent_states
    where purpose = 'marketing'
    group by customer_id

),

suppressed as (

    select
        customer_id,
        bool_or(channel = 'email') as is_email_suppressed,
        bool_or(channel = 'push') as is_push_suppressed
    from open_suppressions
    group by customer_id

),

subscriptions as (

    select
        recipients.customer_id,
        {%- for channel in ['email', 'push'] %}
        case
            when coalesce(suppressed.is_{{ channel }}_suppressed, false) then 'unsubscribed'
            when answers.has_{{ channel }}_consent then 'opted_in'
            when
                answers.has_{{ channel }}_consent is null
                and recipients.ad_channel = '{{ channel }}'
                then 'subscribed'
            else 'unsubscribed'
        end as {{ channel }}_subscribe,
        {%- endfor %}
        recipients.ad_channel
    from recipients
    left join answers on recipients.customer_id = answers.customer_id
    left join suppressed on recipients.customer_id = suppressed.customer_id

),

rows_for_braze as (

    select
        recipients.customer_id as external_id,
        recipients.email,
        recipients.phone,
        profiles.name as first_name,
        profiles.country,
        profiles.language,
        cast(profiles.birth_date as string) as dob,
        profiles.gender,
        subscriptions.email_subscribe,
        subscriptions.push_subscribe,
        profiles.rfm_segment,
        profiles.journey_stage,
        profiles.lifecycle_state,
        profiles.order_count,
        profiles.net_revenue,
        cast(profiles.last_ordered_on as string) as last_ordered_on,
        recipients.campaigns,
        subscriptions.ad_channel
    from recipients
    inner join profiles on recipients.customer_id = profiles.customer_id
    inner join subscriptions on recipients.customer_id = subscriptions.customer_id

)

select * from rows_for_braze
