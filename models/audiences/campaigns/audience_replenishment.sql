with expected_reorders as (

    select * from {{ ref('int_expected_reorders') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

customers as (

    select * from {{ ref('customers') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

triggers as (

    select
        expected_reorders.customer_id,
        expected_reorders.product_id,
        expected_reorders.last_bought_at,
        expected_reorders.expected_on,
        row_number() over (
            partition by expected_reorders.customer_id
            order by expected_reorders.expected_on asc, expected_reorders.product_id asc
        ) as trigger_number
    from expected_reorders
    inner join as_of
        on
            {{ days_between('as_of.as_of_date', 'expected_reorders.expected_on') }}
            between 0 and 7
    inner join products
        on
            expected_reorders.product_id = products.product_id
            and coalesce(products.is_in_stock, true)
    inner join product_purchases
        on
            expected_reorders.customer_id = product_purchases.customer_id
            and expected_reorders.product_id = product_purchases.product_id
            and expected_reorders.last_bought_at = product_purchases.last_ordered_at

),

members as (

    select
        'replenishment' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.last_bought_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('products.current_price'),
            'expected_on': 'triggers.expected_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
