with orders as (

    select * from {{ ref('orders') }}

),

order_days as (

    select
        customer_id,
        order_date,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from orders
    where is_valid and customer_id is not null
    group by customer_id, order_date

)

select * from order_days
