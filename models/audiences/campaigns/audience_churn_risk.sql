with customer_value as (

    select * from {{ ref('customer_value') }}

),

rfm_scores as (

    select * from {{ ref('rfm_scores') }}

),

last_orders as (

    select * from {{ ref('int_last_orders') }}

),

customers as (

    select * from {{ ref('customers') }}

),

triggers as (

    select last_orders.*
    from last_orders
    inner join customer_value
        on
            last_orders.customer_id = customer_value.customer_id
            and customer_value.churn_band = 'high'
    inner join rfm_scores
        on last_orders.customer_id = rfm_scores.customer_id and rfm_scores.monetary_score >= 4

),

members as (

    select
        'churn_risk' as campaign_id,
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
