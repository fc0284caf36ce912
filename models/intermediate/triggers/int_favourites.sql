with product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

product_days as (

    select * from {{ ref('int_product_days') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

interest as (

    select
        customer_id,
        product_id,
        order_count,
        cast(0 as bigint) as view_count
    from product_purchases
    union all
    select
        product_days.customer_id,
        product_days.product_id,
        cast(0 as bigint) as order_count,
        product_days.view_count
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -1 * interest_days()) }}

),

by_product as (

    select
        customer_id,
        product_id,
        sum(order_count) as order_count,
        sum(view_count) as view_count
    from interest
    group by customer_id, product_id

),

by_name as (

    select
        by_product.customer_id,
        'brand' as dimension,
        products.brand as favourite,
        by_product.order_count,
        by_product.view_count
    from by_product
    inner join products on by_product.product_id = products.product_id
    union all
    select
        by_product.customer_id,
        'category' as dimension,
        products.category as favourite,
        by_product.order_count,
        by_product.view_count
    from by_product
    inner join products on by_product.product_id = products.product_id

),

supported as (

    select
        customer_id,
        dimension,
        favourite,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(view_count) as bigint) as view_count
    from by_name
    where favourite is not null
    group by customer_id, dimension, favourite
    having sum(order_count) >= 1 or sum(view_count) >= 3

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, dimension
            order by order_count desc, view_count desc, favourite asc
        ) as place
    from supported

),

favourites as (

    select
        customer_id,
        dimension,
        favourite,
        order_count,
        view_count
    from ranked
    where place = 1

)

select * from favourites
