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

),

numbered as (

    select
        *,
        cast(row_number() over (partition by customer_id order by order_date) as bigint)
            as day_number
    from order_days

)

select * from numbered
