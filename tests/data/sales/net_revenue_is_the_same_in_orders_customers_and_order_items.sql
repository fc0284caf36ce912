-- one row per person whose orders add up to something else than the person's row says, and one per
-- order whose lines add up to something else than the order; an order without lines has none to add
with customers as (

    select * from {{ ref('customers') }}

),

orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

revenue_by_customer as (

    select
        customer_id,
        sum(net_revenue) as net_revenue
    from orders
    where customer_id is not null
    group by customer_id

),

revenue_by_order as (

    select
        order_id,
        sum(net_revenue) as net_revenue
    from order_items
    group by order_id

),

differences as (

    select
        'customers' as mart,
        coalesce(customers.customer_id, revenue_by_customer.customer_id) as row_key,
        customers.net_revenue,
        revenue_by_customer.net_revenue as other_net_revenue
    from customers
    full outer join revenue_by_customer on customers.customer_id = revenue_by_customer.customer_id
    where
        customers.customer_id is null
        or customers.net_revenue != coalesce(revenue_by_customer.net_revenue, 0)
    union all
    select
        'order_items' as mart,
        orders.order_id as row_key,
        orders.net_revenue,
        revenue_by_order.net_revenue as other_net_revenue
    from orders
    inner join revenue_by_order on orders.order_id = revenue_by_order.order_id
    where orders.net_revenue != revenue_by_order.net_revenue

)

select * from differences
