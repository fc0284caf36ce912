with product_days as (

    select * from {{ ref('int_product_days') }}

),

cart_items as (

    select * from {{ ref('int_cart_items') }}

),

product_purchases as (

    select * from {{ ref('int_product_purchases') }}

),

price_spells as (

    select * from {{ ref('int_price_spells') }}

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

wishes as (

    select
        product_days.customer_id,
        product_days.product_id,
        max(product_days.last_wishlist_add_at) as wanted_at
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -1 * interest_days()) }}
    where product_days.last_wishlist_add_at is not null
    group by product_days.customer_id, product_days.product_id

),

wants as (

    select * from wishes
    union all
    select * from cart_items

),

last_wants as (

    select
        wants.customer_id,
        wants.product_id,
        max(wants.wanted_at) as wanted_at
    from wants
    left join product_purchases
        on
            wants.customer_id = product_purchases.customer_id
            and wants.product_id = product_purchases.product_id
            and wants.wanted_at <= product_purchases.last_ordered_at
    where product_purchases.product_id is null
    group by wants.customer_id, wants.product_id

),

drops as (

    select
        last_wants.*,
        price_now.valid_from as dropped_at,
        cast(price_then.price as decimal(22, 4)) as old_price,
        cast(price_now.price as decimal(22, 4)) as new_price
    from last_wants
    inner join price_spells as price_now
        on last_wants.product_id = price_now.product_id and price_now.valid_until is null
    inner join price_spells as price_then
        on
            last_wants.product_id = price_then.product_id
            and (last_wants.wanted_at >= price_then.valid_from or price_then.valid_from is null)
            and (last_wants.wanted_at < price_then.valid_until or price_then.valid_until is null)
    left join products on last_wants.product_id = products.product_id
    where
        price_then.price > 0
        and cast(price_now.price as decimal(19, 4)) * 10
        <= cast(price_then.price as decimal(19, 4)) * 9
        and coalesce(products.is_in_stock, true)

),

triggers as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by dropped_at desc, wanted_at desc, product_id asc
        ) as trigger_number
    from drops

),

members as (

    select
        'price_drop' as campaign_id,
        triggers.customer_id,
        triggers.product_id as trigger_key,
        triggers.dropped_at as triggered_at,
        triggers.product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'product_id': 'triggers.product_id',
            'product_name': 'products.name',
            'price': money_text('triggers.new_price'),
            'old_price': money_text('triggers.old_price'),
            'discount_percent': whole_division(
                'cast((triggers.old_price - triggers.new_price) * 10000 as bigint) * 100',
                'cast(triggers.old_price * 10000 as bigint)'
            ),
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    left join products on triggers.product_id = products.product_id
    where triggers.trigger_number = 1

)

select * from members
