with identities as (

    select * from {{ ref('int_identities') }}

),

known_customers as (

    select * from {{ ref('int_known_customers') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

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

profiles as (

    select
        people.customer_id,
        customer_attributes.birth_date,
        people.is_guardian_verified,
        time_zones.time_zone,
        nullif(
            {{ regex_extract(
                lower_case('customer_attributes.language'), '^([a-z]{2,3})([-_]|$)', 1
            ) }},
            ''
        ) as language,
        coalesce(customer_attributes.is_kakao_friend, false) as is_kakao_friend
    from people
    left join customer_attributes on people.customer_id = customer_attributes.customer_id
    left join time_zones on customer_attributes.timezone = time_zones.time_zone

)

select * from profiles
