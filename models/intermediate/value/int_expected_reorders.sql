with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

products as (

    select * from {{ ref('products') }}

),

consumables as (

    select
        product_id,
        category
    from products
    where is_consumable

),

purchase_days as (

    select distinct
        orders.customer_id,
        order_items.product_id,
        consumables.category,
        orders.order_date
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    inner join consumables on order_items.product_id = consumables.product_id
    where orders.is_valid and orders.customer_id is not null

),

dated as (

    select
        *,
        lag(order_date) over (
            partition by customer_id, product_id
            order by order_date
        ) as previous_date
    from purchase_days

),

gaps as (

    select
        customer_id,
        product_id,
        category,
        order_date,
        {{ days_between('previous_date', 'order_date') }} as gap_days
    from dated
    where previous_date is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, product_id
            order by gap_days, order_date
        ) as own_number,
        count(*) over (partition by customer_id, product_id) as own_count,
        row_number() over (
            partition by category
            order by gap_days, order_date, customer_id, product_id
        ) as category_number,
        count(*) over (partition by category) as category_count
    from gaps

),

own_medians as (

    select
        customer_id,
        product_id,
        max(own_count) as gap_count,
        {{ median_of_middle('gap_days') }} as gap_days
    from ranked
    where own_count >= 3 and {{ is_middle('own_number', 'own_count') }}
    group by customer_id, product_id

),

category_medians as (

    select
        category,
        max(category_count) as gap_count,
        {{ median_of_middle('gap_days') }} as gap_days
    from ranked
    where category_count >= 3 and {{ is_middle('category_number', 'category_count') }}
    group by category

),

expected as (

    select
        product_purchases.customer_id,
        product_purchases.product_id,
        product_purchases.last_bought_at,
        product_purchases.last_bought_on,
        coalesce(own_medians.gap_days, category_medians.gap_days) as gap_days,
        coalesce(own_medians.gap_count, category_medians.gap_count) as gap_count,
        case when own_medians.gap_days is null then 'category' else 'person' end as basis
    from product_purchases
    inner join consumables on product_purchases.product_id = consumables.product_id
    left join own_medians
        on
            product_purchases.customer_id = own_medians.customer_id
            and product_purchases.product_id = own_medians.product_id
    left join category_medians on consumables.category = category_medians.category
    where
        product_purchases.order_count > 0
        and coalesce(own_medians.gap_days, category_medians.gap_days) is not null

),

reorders as (

    select
        *,
        {{ add_days('last_bought_on', 'gap_days') }} as expected_on
    from expected

)

select * from reorders
