with orders as (

    select * from {{ ref('orders') }}

),

customer_months as (

    select
        customer_id,
        {{ month_of('order_date') }} as month_start,
        cast(count(*) as bigint) as order_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from orders
    where is_valid and customer_id is not null
    group by customer_id, {{ month_of('order_date') }}

)

select * from customer_months
