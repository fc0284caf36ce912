with products as (

    select * from {{ ref('stg_products') }}

),

prices as (

    select * from {{ ref('stg_prices') }}

),

inventory as (

    select * from {{ ref('stg_inventory') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

newest_prices as (

    select
        prices.product_id,
        prices.price,
        row_number() over (
            partition by prices.product_id order by prices.changed_at desc
        ) as age_rank
    from prices
    inner join as_of on prices.changed_at < as_of.as_of_ends_at

),

newest_counts as (

    select
        inventory.product_id,
        inventory.on_hand,
        inventory.counted_at,
        row_number() over (
            partition by inventory.product_id order by inventory.counted_at desc
        ) as age_rank
    from inventory
    inner join as_of on inventory.counted_at < as_of.as_of_ends_at

),

final as (

    select
        products.product_id,
        products.name,
        products.brand,
        products.category,
        products.subcategory,
        products.list_price,
        coalesce(newest_prices.price, products.list_price) as current_price,
        products.unit_cost,
        newest_counts.on_hand,
        newest_counts.counted_at as stock_counted_at,
        newest_counts.on_hand > 0 as is_in_stock,
        products.is_consumable,
        products.launched_at
    from products
    inner join as_of
        on products.launched_at < as_of.as_of_ends_at or products.launched_at is null
    left join newest_prices
        on products.product_id = newest_prices.product_id and newest_prices.age_rank = 1
    left join newest_counts
        on products.product_id = newest_counts.product_id and newest_counts.age_rank = 1

)

select * from final
