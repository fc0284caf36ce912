with orders as (

    select * from {{ ref('orders') }}

),

order_items as (

    select * from {{ ref('order_items') }}

),

products as (

    select * from {{ ref('products') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- the quarters of meteorology begin in December, March, June and September
seasons as (

    select
        {{ add_months(month_of('as_of_date'), '-mod(month(as_of_date), 3)') }} as season_begins_on,
        {{ add_months(month_of('as_of_date'), '-mod(month(as_of_date), 3) - 12') }}
            as last_season_begins_on,
        {{ add_months(month_of('as_of_date'), '-mod(month(as_of_date), 3) - 9') }}
            as last_season_ends_on
    from as_of

),

purchases as (

    select
        orders.customer_id,
        products.category,
        orders.ordered_at,
        orders.order_date,
        orders.order_date >= seasons.season_begins_on as is_this_season,
        orders.order_date < seasons.last_season_ends_on and orders.is_valid as is_last_season
    from orders
    inner join seasons on orders.order_date >= seasons.last_season_begins_on
    inner join order_items on orders.order_id = order_items.order_id
    inner join products on order_items.product_id = products.product_id
    where
        orders.status <> 'cancelled'
        and orders.customer_id is not null
        and products.category is not null

),

seasonal as (

    select
        customer_id,
        category,
        max(case when is_last_season then ordered_at end) as last_bought_at,
        max(case when is_last_season then order_date end) as last_bought_on
    from purchases
    group by customer_id, category
    having count(case when is_last_season then 1 end) > 0
        and count(case when is_this_season then 1 end) = 0

),

triggers as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by last_bought_at desc, category asc
        ) as trigger_number
    from seasonal

),

members as (

    select
        'seasonal_repeat' as campaign_id,
        triggers.customer_id,
        triggers.category as trigger_key,
        triggers.last_bought_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'category': 'triggers.category',
            'last_bought_on': 'triggers.last_bought_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    where triggers.trigger_number = 1

)

select * from members
