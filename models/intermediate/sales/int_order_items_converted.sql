{{ config(materialized='view') }}

with order_items as (

    select * from {{ ref('stg_order_items') }}

),

orders as (

    select * from {{ ref('int_orders_converted') }}

),

rated as (

    select
        order_items.*,
        {{ money_times('order_items.unit_price', 'order_items.quantity') }}
        - order_items.discount_amount as amount,
        orders.rate
    from order_items
    left join orders on order_items.order_id = orders.order_id

),

converted as (

    select
        order_id,
        line_number,
        product_id,
        quantity,
        {{ money_times('unit_price', 'rate') }} as unit_price,
        {{ money_times('amount', 'rate') }} as line_amount,
        rate is not null as has_order
    from rated

)

select * from converted
