with customers as (

    select * from {{ ref('stg_customers') }}

),

orders as (

    select * from {{ ref('int_orders_converted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

given as (

    select
        customers.customer_id,
        customers.email,
        customers.phone_e164
    from customers
    inner join as_of
        on customers.signed_up_at < as_of.as_of_ends_at or customers.signed_up_at is null
    union all
    select
        orders.raw_customer_id as customer_id,
        orders.email,
        orders.phone_e164
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    where orders.raw_customer_id is not null and orders.rate is not null

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
