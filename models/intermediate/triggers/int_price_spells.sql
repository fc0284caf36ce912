with prices as (

    select * from {{ ref('stg_prices') }}

),

products as (

    select * from {{ ref('products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known_prices as (

    select
        product_id,
        cast(null as timestamp) as valid_from,
        list_price as price
    from products
    where list_price is not null
    union all
    select
        prices.product_id,
        prices.changed_at as valid_from,
        prices.price
    from prices
    inner join as_of on prices.changed_at < as_of.as_of_ends_at

),

spells as (

    select
        product_id,
        price,
        valid_from,
        lead(valid_from) over (
            partition by product_id
            order by valid_from asc nulls first
        ) as valid_until
    from known_prices

)

select * from spells
