-- read from the customers as they came; the age is counted in the person's own zone
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

),

accounts as (

    select * from {{ ref('stg_customers') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

verified as (

    select identities.customer_id
    from accounts
    inner join identities
        on
            accounts.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    where accounts.is_guardian_verified

),

aged as (

    select
        campaign_recipients.campaign_id,
        campaign_recipients.customer_id,
        customer_attributes.birth_date,
        cast(
            {{ local_time_in(
                'campaign_recipients.send_at',
                "coalesce(time_zones.time_zone, '" ~ var('reporting_timezone') ~ "')"
            ) }} as date
        ) as send_on
    from campaign_recipients
    inner join customer_attributes
        on campaign_recipients.customer_id = customer_attributes.customer_id
    left join time_zones on customer_attributes.timezone = time_zones.time_zone

)

select * from aged
where
    {{ add_months('birth_date', 12 * var('guardian_age') | int) }} > send_on
    and customer_id not in (select customer_id from verified)
