with inventory as (

    select * from {{ ref('stg_inventory') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

counted as (

    select
        inventory.product_id,
        inventory.counted_at,
        inventory.on_hand,
        lead(inventory.counted_at) over (
            partition by inventory.product_id
            order by inventory.counted_at
        ) as next_counted_at
    from inventory
    inner join as_of on inventory.counted_at < as_of.as_of_ends_at

),

stock_outs as (

    select
        product_id,
        counted_at as out_from,
        next_counted_at as out_until
    from counted
    where on_hand <= 0

)

select * from stock_outs
