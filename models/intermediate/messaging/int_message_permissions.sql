with identities as (

    select * from {{ ref('int_identities') }}

),

known_customers as (

    select * from {{ ref('int_known_customers') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

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

as_of as (

    select * from {{ ref('int_as_of') }}

),

channels as (

    {{ message_channels() }}

),

people as (

    select
        identities.customer_id,
        coalesce(bool_or(known_customers.is_guardian_verified), false) as is_guardian_verified
    from identities
    left join known_customers on identities.identifier = known_customers.customer_id
    where identities.identifier_type = 'customer_id'
    group by identities.customer_id

),

judged as (

    select
        people.customer_id,
        channels.channel,
        contact_points.contact,
        coalesce(
            not {{ age_reached('customer_attributes.birth_date', 'as_of.as_of_date', 14) }}
            and not people.is_guardian_verified,
            false
        ) as is_under_age,
        contact_points.customer_id is not null as has_contact,
        open_suppressions.customer_id is not null as is_suppressed,
        coalesce(consent_states.is_granted, false) as has_marketing_consent
    from people
    cross join channels
    cross join as_of
    left join customer_attributes on people.customer_id = customer_attributes.customer_id
    left join contact_points
        on
            people.customer_id = contact_points.customer_id
            and channels.channel = contact_points.channel
    left join open_suppressions
        on
            people.customer_id = open_suppressions.customer_id
            and channels.channel = open_suppressions.channel
    left join consent_states
        on
            people.customer_id = consent_states.customer_id
            and channels.channel = consent_states.channel
            and consent_states.purpose = 'marketing'

),

decided as (

    select
        *,
        has_contact
        and has_marketing_consent
        and not is_suppressed
        and not is_under_age as may_advertise
    from judged

)

select * from decided
