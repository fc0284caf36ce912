with churn_risks as (

    select * from {{ ref('int_churn_risks') }}

),

rfm_scores as (

    select * from {{ ref('rfm_scores') }}

),

orders as (

    select * from {{ ref('orders') }}

),

customers as (

    select * from {{ ref('customers') }}

),

ranked_orders as (

    select
        customer_id,
        order_id,
        ordered_at,
        order_date,
        row_number() over (
            partition by customer_id
            order by ordered_at desc, order_id desc
        ) as newest_number
    from orders
    where is_valid and customer_id is not null

),

triggers as (

    select ranked_orders.*
    from ranked_orders
    inner join churn_risks
        on ranked_orders.customer_id = churn_risks.customer_id and churn_risks.is_high_risk
    inner join rfm_scores
        on ranked_orders.customer_id = rfm_scores.customer_id and rfm_scores.monetary_score >= 4
    where ranked_orders.newest_number = 1

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
