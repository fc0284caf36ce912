with orders as (

    select * from {{ ref('orders') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

single_orders as (

    select
        customer_id,
        max(order_id) as order_id,
        max(ordered_at) as ordered_at,
        max(order_date) as order_date
    from orders
    where is_valid and customer_id is not null
    group by customer_id
    having count(*) = 1

),

triggers as (

    select single_orders.*
    from single_orders
    inner join as_of
        on {{ days_between('single_orders.order_date', 'as_of.as_of_date') }} between 14 and 60

),

members as (

    select
        'second_purchase' as campaign_id,
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
