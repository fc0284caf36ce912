with customers as (

    select * from {{ ref('int_known_customers') }}

),

orders as (

    select * from {{ ref('int_known_orders') }}

),

given as (

    select
        customer_id,
        email,
        phone_e164
    from customers
    union all
    select
        raw_customer_id as customer_id,
        email,
        phone_e164
    from orders
    where raw_customer_id is not null

),

contacts as (

    select
        customer_id,
        'email' as contact_type,
        email as contact
    from given
    where {{ is_email('email') }}
    union
    select
        customer_id,
        'phone' as contact_type,
        phone_e164 as contact
    from given
    where phone_e164 is not null

),

counted as (

    select
        customer_id,
        contact_type,
        contact,
        cast(count(*) over (partition by contact_type, contact) as int) as customer_count
    from contacts

)

select * from counted
