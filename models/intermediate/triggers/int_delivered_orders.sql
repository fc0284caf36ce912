{{ config(materialized='view') }}

with known_orders as (

    select * from {{ ref('int_known_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

delivered as (

    select
        known_orders.order_id,
        identities.customer_id,
        known_orders.updated_at as delivered_at,
        {{ local_date('known_orders.updated_at') }} as delivered_on
    from known_orders
    inner join identities
        on
            known_orders.raw_customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on known_orders.updated_at < as_of.as_of_ends_at
    where known_orders.status = 'delivered'

)

select * from delivered
