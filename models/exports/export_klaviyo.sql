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
        {{ sorted_list('campaign_id') }} as campaigns
    from campaign_destinations
    where destination_id = 'klaviyo'
    group by customer_id

),

-- Klaviyo takes an address once: of people who share one, the first by customer_id has it
numbered as (

    select
        *,
        row_number() over (partition by email order by customer_id) as email_place,
        row_number() over (partition by phone order by customer_id) as phone_place
    from recipients

),

addressed as (

    select
        customer_id,
        case when email_place = 1 then email end as email,
        case when phone_place = 1 then phone end as phone,
        campaigns
    from numbered
    where (email is not null and email_place = 1) or (phone is not null and phone_place = 1)

),

subscriptions as (

    select
        consent_states.customer_id,
        consent_states.channel,
        case
            when open_suppressions.customer_id is null and consent_states.is_granted
                then 'Subscribed'
            else 'Unsubscribed'
        end as state,
        {{ iso_time('consent_states.changed_at') }} as answered_at
    from consent_states
    left join open_suppressions
        on
            consent_states.customer_id = open_suppressions.customer_id
            and consent_states.channel = open_suppressions.channel
    where consent_states.purpose = 'marketing'

),

rows_for_klaviyo as (

    select
        addressed.email as {{ header('Email') }},
        addressed.phone as {{ header('Phone Number') }},
        addressed.customer_id as {{ header('External ID') }},
        profiles.name as {{ header('First Name') }},
        profiles.country as {{ header('Country') }},
        case
            when addressed.email is not null then coalesce(email_answers.state, 'Never Subscribed')
        end as {{ header('Email Marketing Consent') }},
        case
            when addressed.phone is not null then coalesce(sms_answers.state, 'Never Subscribed')
        end as {{ header('SMS Marketing Consent') }},
        case when addressed.phone is not null then sms_answers.answered_at end
            as {{ header('SMS Marketing Consent Timestamp') }},
        profiles.rfm_segment,
        profiles.journey_stage,
        profiles.lifecycle_state,
        profiles.order_count,
        profiles.net_revenue,
        cast(profiles.last_ordered_on as string) as last_ordered_on,
        addressed.campaigns
    from addressed
    inner join profiles on addressed.customer_id = profiles.customer_id
    left join subscriptions as email_answers
        on addressed.customer_id = email_answers.customer_id and email_answers.channel = 'email'
    left join subscriptions as sms_answers
        on addressed.customer_id = sms_answers.customer_id and sms_answers.channel = 'sms'

)

select * from rows_for_klaviyo
