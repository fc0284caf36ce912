with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

baskets as (

    select distinct
        orders.order_id,
        order_items.product_id
    from orders
    inner join as_of on orders.order_date > {{ add_days('as_of.as_of_date', -365) }}
    inner join order_items on orders.order_id = order_items.order_id
    where orders.is_valid

),

-- a wholesale order says nothing about taste, and has pairs by the thousand
household_orders as (

    select order_id
    from baskets
    group by order_id
    having count(*) <= 50

),

household_baskets as (

    select baskets.*
    from baskets
    inner join household_orders on baskets.order_id = household_orders.order_id

),

pairs as (

    select
        bought.product_id,
        others.product_id as paired_product_id,
        count(*) as order_count
    from household_baskets as bought
    inner join household_baskets as others
        on bought.order_id = others.order_id and bought.product_id <> others.product_id
    group by bought.product_id, others.product_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id
            order by order_count desc, paired_product_id asc
        ) as place
    from pairs

),

frequent_pairs as (

    select
        product_id,
        paired_product_id,
        order_count
    from ranked
    where place <= 100

)

select * from frequent_pairs
