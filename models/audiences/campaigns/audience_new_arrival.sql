with products as (

    select * from {{ ref('products') }}

),

favourites as (

    select * from {{ ref('int_favourites') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

new_products as (

    select products.*
    from products
    inner join as_of
        on
            {{ local_date('products.launched_at') }}
            > {{ add_days('as_of.as_of_date', -14) }}
    where products.is_in_stock

),

names as (

    select
        product_id,
        launched_at,
        'brand' as dimension,
        brand as name
    from new_products
    union all
    select
        product_id,
        launched_at,
        'category' as dimension,
        category as name
    from new_products

),

matches as (

    select distinct
        favourites.customer_id,
        names.product_id,
        names.launched_at
    from favourites
    inner join names
        on favourites.dimension = names.dimension and favourites.favourite = names.name

),

triggers as (

    select
        matches.customer_id,
        matches.product_id,
        matches.launched_at,
        row_number() over (
            partition by matches.customer_id
            order by matches.launched_at desc, matches.product_id asc
        ) as trigger_number
    from matches
    left join product_purchases
        on
            matches.customer_id = product_purchases.customer_id
            and matches.product_id = product_purchases.product_id
    where product_purchases.product_id is null

),

members as (

    select
        'new_arrival' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.launched_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
            'brand': 'products.brand',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
