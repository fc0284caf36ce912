{{ config(materialized='view') }}

with session_days as (

    select * from {{ ref('int_session_days') }}

),

orders as (

    select * from {{ ref('orders') }}

),

activities as (

    select
        customer_id,
        activity_date,
        first_event_at as active_at
    from session_days
    where customer_id is not null
    union all
    select
        customer_id,
        order_date as activity_date,
        ordered_at as active_at
    from orders
    where customer_id is not null

)

select * from activities
