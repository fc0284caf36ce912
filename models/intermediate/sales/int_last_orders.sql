with orders as (

    select * from {{ ref('orders') }}

),

numbered as (

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

last_orders as (

    select
        customer_id,
        order_id,
        ordered_at,
        order_date
    from numbered
    where newest_number = 1

)

select * from last_orders
