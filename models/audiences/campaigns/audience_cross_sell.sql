with recommendations as (

    select * from {{ ref('int_recommendations') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

),

members as (

    select
        'cross_sell' as campaign_id,
        recommendations.customer_id,
        recommendations.order_id as trigger_key,
        recommendations.ordered_at as triggered_at,
        recommendations.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'recommendations.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
            'bought_product_name': 'bought_products.name',
        }) }} as variables
    from recommendations
    inner join customers on recommendations.customer_id = customers.customer_id
    inner join products on recommendations.product_id = products.product_id
    left join products as bought_products
        on recommendations.bought_product_id = bought_products.product_id

)

select * from members
