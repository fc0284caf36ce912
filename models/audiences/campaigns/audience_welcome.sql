with customers as (

    select * from {{ ref('customers') }}

),

orders as (

    select * from {{ ref('orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

ordering as (

    select distinct customer_id
    from orders
    where status <> 'cancelled' and customer_id is not null

),

triggers as (

    select
        customers.customer_id,
        customers.name,
        customers.signed_up_at,
        {{ local_date('customers.signed_up_at') }} as signed_up_on
    from customers
    inner join as_of
        on {{ days_between(local_date('customers.signed_up_at'), 'as_of.as_of_date') }} < 3
    left join ordering on customers.customer_id = ordering.customer_id
    where ordering.customer_id is null

),

members as (

    select
        'welcome' as campaign_id,
        triggers.customer_id,
        cast(triggers.signed_up_on as string) as trigger_key,
        triggers.signed_up_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'triggers.name',
        }) }} as variables
    from triggers

)

select * from members
