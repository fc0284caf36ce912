with message_profiles as (

    select * from {{ ref('int_message_profiles') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

open_suppressions as (

    select * from {{ ref('int_open_suppressions') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

erasure_requests as (

    select * from {{ ref('int_erasure_requests') }}

),

open_complaints as (

    select * from {{ ref('int_open_complaints') }}

),

best_hours as (

    select * from {{ ref('int_best_hours') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

channels as (

    {{ message_channels() }}

),

marketing as (

    select
        customer_id,
        channel,
        is_granted,
        case
            when is_granted
                then {{ add_months(
                    local_date('coalesce(reconfirmed_at, granted_at)'),
                    12 * var('consent_notice_years') | int
                ) }}
        end as consent_due_on
    from consent_states
    where purpose = 'marketing'

),

nights as (

    select
        customer_id,
        channel
    from consent_states
    where purpose = 'night' and is_granted

),

permissions as (

    select
        message_profiles.customer_id,
        channels.channel,

        -- where to
        contact_points.contact,
        contact_points.customer_id is not null as has_contact,
        contact_points.customer_id is not null and channels.channel = 'kakao'
        {%- if var('kakao_brand_target') == 'I' %}
        and message_profiles.is_kakao_friend
        {%- elif var('kakao_brand_target') == 'N' %}
        and not message_profiles.is_kakao_friend
        {%- endif %} as has_brand_contact,

        -- what forbids it
        erasure_requests.customer_id is not null as is_erased,
        open_suppressions.reason as suppression_reason,
        open_complaints.customer_id is not null as has_open_complaint,

        -- what was consented to
        coalesce(marketing.is_granted, false) as has_marketing_consent,
        coalesce(not marketing.is_granted, false) as has_refused,
        nights.customer_id is not null as has_night_consent,
        marketing.consent_due_on,
        coalesce(marketing.consent_due_on <= as_of.as_of_date, false) as is_unconfirmed,

        -- who it is
        message_profiles.birth_date,
        message_profiles.is_guardian_verified,
        message_profiles.time_zone,
        message_profiles.language,
        message_profiles.is_kakao_friend,
        best_hours.best_hour
    from message_profiles
    cross join channels
    cross join as_of
    left join contact_points
        on
            message_profiles.customer_id = contact_points.customer_id
            and channels.channel = contact_points.channel
    left join open_suppressions
        on
            message_profiles.customer_id = open_suppressions.customer_id
            and channels.channel = open_suppressions.channel
    left join marketing
        on
            message_profiles.customer_id = marketing.customer_id
            and channels.channel = marketing.channel
    left join nights
        on
            message_profiles.customer_id = nights.customer_id
            and channels.channel = nights.channel
    left join erasure_requests on message_profiles.customer_id = erasure_requests.customer_id
    left join open_complaints on message_profiles.customer_id = open_complaints.customer_id
    left join best_hours on message_profiles.customer_id = best_hours.customer_id

)

select * from permissions
