with customer_segments as (

    select * from {{ ref('customer_segments') }}

),

last_orders as (

    select * from {{ ref('int_last_orders') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

triggers as (

    select last_orders.*
    from last_orders
    inner join customer_segments on last_orders.customer_id = customer_segments.customer_id
    inner join as_of
        on {{ days_between('last_orders.order_date', 'as_of.as_of_date') }} between 60 and 365
    where customer_segments.segment_code in ('dormant', 'lost', 'hibernating')

),

members as (

    select
        'winback' as campaign_id,
        triggers.customer_id,
        triggers.order_id as trigger_key,
        triggers.ordered_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'last_ordered_on': 'triggers.order_date',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
