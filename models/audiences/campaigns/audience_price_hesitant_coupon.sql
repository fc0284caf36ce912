with coupon_offers as (

    select * from {{ ref('int_coupon_offers') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

),

triggers as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by
                view_seconds desc,
                view_count desc,
                last_viewed_at desc,
                product_id asc
        ) as trigger_number
    from coupon_offers

),

members as (

    select
        'price_hesitant_coupon' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.last_viewed_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('triggers.price'),
            'coupon_code': 'triggers.coupon_code',
            'coupon_value': 'triggers.coupon_value_ko',
            'coupon_value_en': 'triggers.coupon_value_en',
            'expires_on': 'triggers.expires_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
