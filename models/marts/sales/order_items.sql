with order_items as (

    select * from {{ ref('int_order_items_converted') }}

),

orders as (

    select * from {{ ref('orders') }}

),

valued as (

    select
        order_items.*,
        orders.customer_id,
        orders.order_date,
        orders.net_revenue as order_net_revenue,
        greatest(order_items.line_amount, cast(0 as decimal(18, 4))) as paid_amount
    from order_items
    inner join orders on order_items.order_id = orders.order_id

),

summed as (

    select
        *,
        sum(paid_amount) over (partition by order_id) as order_paid_amount,
        count(*) over (partition by order_id) as order_line_count,
        sum(paid_amount) over (
            partition by order_id
            order by line_number
            rows between unbounded preceding and current row
        ) as paid_so_far,
        row_number() over (
            partition by order_id
            order by line_number
        ) as lines_so_far
    from valued

),

-- free goods take no share of what is paid, unless all is free
weighted as (

    select
        *,
        cast(
            case when order_paid_amount > 0 then order_paid_amount else order_line_count end
            as decimal(18, 4)
        ) as order_weight,
        cast(
            case when order_paid_amount > 0 then paid_so_far else lines_so_far end
            as decimal(18, 4)
        ) as weight_so_far,
        cast(
            case when order_paid_amount > 0 then paid_amount else 1 end
            as decimal(18, 4)
        ) as weight
    from summed

),

-- what the order brought, shared over its lines so that they add up to it
shared as (

    select
        order_id,
        line_number,
        product_id,
        customer_id,
        order_date,
        quantity,
        unit_price,
        cast(
            {{ prorate('order_net_revenue', 'weight_so_far', 'order_weight') }}
            - {{ prorate('order_net_revenue', '(weight_so_far - weight)', 'order_weight') }}
            as decimal(18, 4)
        ) as net_revenue
    from weighted

)

select * from shared
