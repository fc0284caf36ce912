with delivered_orders as (

    select * from {{ ref('int_delivered_orders') }}

),

survey_answers as (

    select * from {{ ref('int_survey_answers') }}

),

sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

products as (

    select * from {{ ref('products') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

last_answers as (

    select
        customer_id,
        max(answered_at) as answered_at
    from survey_answers
    group by customer_id

),

last_requests as (

    select
        customer_id,
        max(sent_at) as sent_at
    from sent_messages
    where campaign_id = 'review_request'
    group by customer_id

),

ranked_deliveries as (

    select
        delivered_orders.*,
        row_number() over (
            partition by delivered_orders.customer_id
            order by delivered_orders.delivered_at desc, delivered_orders.order_id desc
        ) as newest_number
    from delivered_orders
    inner join as_of
        on {{ days_between('delivered_orders.delivered_on', 'as_of.as_of_date') }} = 7

),

triggers as (

    select ranked_deliveries.*
    from ranked_deliveries
    left join last_answers on ranked_deliveries.customer_id = last_answers.customer_id
    left join last_requests on ranked_deliveries.customer_id = last_requests.customer_id
    where
        ranked_deliveries.newest_number = 1
        and (
            last_answers.answered_at is null
            or last_answers.answered_at < ranked_deliveries.delivered_at
        )
        and (
            last_requests.sent_at is null
            or last_requests.sent_at < ranked_deliveries.delivered_at
        )

),

-- the product that most was paid for speaks for the order
ranked_items as (

    select
        order_items.order_id,
        order_items.product_id,
        row_number() over (
            partition by order_items.order_id
            order by order_items.net_revenue desc, order_items.line_number asc
        ) as item_number
    from order_items
    inner join triggers on order_items.order_id = triggers.order_id

),

members as (

    select
        'review_request' as campaign_id,
        triggers.customer_id,
        triggers.order_id as trigger_key,
        triggers.delivered_at as triggered_at,
        ranked_items.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'ranked_items.product_id',
            'product_name': 'products.name',
            'order_id': 'triggers.order_id',
            'delivered_on': 'triggers.delivered_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    left join ranked_items
        on triggers.order_id = ranked_items.order_id and ranked_items.item_number = 1
    left join products on ranked_items.product_id = products.product_id

)

select * from members
