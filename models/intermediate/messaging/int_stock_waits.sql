with product_days as (

    select * from {{ ref('int_product_days') }}

),

stock_outs as (

    select * from {{ ref('int_stock_outs') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

recent_days as (

    select product_days.*
    from product_days
    inner join as_of
        on product_days.activity_date > {{ add_days('as_of.as_of_date', -1 * interest_days()) }}

),

-- a stock-out without an end still lasts
returned_products as (

    select
        product_id,
        max(out_until) as back_at
    from stock_outs
    group by product_id
    having count(*) = count(out_until)

),

wishes as (

    select
        customer_id,
        product_id,
        last_wishlist_add_at as wanted_at
    from recent_days
    where last_wishlist_add_at is not null

),

views as (

    select
        customer_id,
        product_id,
        first_view_at as viewed_at
    from recent_days
    where first_view_at is not null
    union all
    select
        customer_id,
        product_id,
        last_view_at as viewed_at
    from recent_days
    where last_view_at is not null

),

views_while_out as (

    select
        views.customer_id,
        views.product_id,
        views.viewed_at as wanted_at
    from views
    inner join stock_outs
        on
            views.product_id = stock_outs.product_id
            and views.viewed_at >= stock_outs.out_from
            and views.viewed_at < stock_outs.out_until

),

wants as (

    select * from wishes
    union all
    select * from views_while_out

),

waits as (

    select
        wants.customer_id,
        wants.product_id,
        max(wants.wanted_at) as wanted_at,
        max(returned_products.back_at) as back_at
    from wants
    inner join returned_products
        on
            wants.product_id = returned_products.product_id
            and wants.wanted_at < returned_products.back_at
    group by wants.customer_id, wants.product_id

)

select * from waits
