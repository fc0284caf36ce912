with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

customers as (

    select * from {{ ref('customers') }}

),

members as (

    select
        customer_id,
        max(case when channel = 'email' then contact end) as email,
        max(case when channel = 'sms' then substr(contact, 2) end) as phone
    from campaign_destinations
    where destination_id = 'meta_custom_audience'
    group by customer_id

),

described as (

    select
        members.email,
        members.phone,
        {{ given_name(plain_text('customers.name')) }} as given_name,
        {{ family_name(plain_text('customers.name')) }} as family_name,
        replace(cast(customers.birth_date as string), '-', '') as birth_date,
        case when customers.gender in ('M', 'F') then customers.gender end as gender,
        case when {{ matches('customers.country', '^[A-Z]{2}$') }} then customers.country end
            as country
    from members
    inner join customers on members.customer_id = customers.customer_id

),

rows_for_meta as (

    select distinct
        {{ hashed('email') }} as email,
        {{ hashed('phone') }} as phone,
        {{ hashed('given_name') }} as fn,
        {{ hashed('family_name') }} as ln,
        {{ hashed('birth_date') }} as dob,
        {{ hashed('gender') }} as gen,
        -- the shop knows neither town nor postal code
        cast(null as string) as ct,
        cast(null as string) as zip,
        {{ hashed('country') }} as country
    from described

)

select * from rows_for_meta
