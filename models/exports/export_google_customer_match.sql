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
        max(case when channel = 'sms' then contact end) as phone
    from campaign_destinations
    where destination_id = 'google_customer_match'
    group by customer_id

),

described as (

    select
        members.email,
        members.phone,
        {{ given_name(plain_text('customers.name')) }} as given_name,
        {{ family_name(plain_text('customers.name')) }} as family_name,
        case when {{ matches('customers.country', '^[A-Z]{2}$') }} then customers.country end
            as country
    from members
    inner join customers on members.customer_id = customers.customer_id

),

rows_for_google as (

    select distinct
        {{ hashed('email') }} as {{ header('Email') }},
        {{ hashed('phone') }} as {{ header('Phone') }},
        {{ hashed('given_name') }} as {{ header('First Name') }},
        {{ hashed('family_name') }} as {{ header('Last Name') }},
        country as {{ header('Country') }},
        -- the shop knows no postal code
        cast(null as string) as {{ header('Zip') }}
    from described

)

select * from rows_for_google
