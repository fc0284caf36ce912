with order_items as (

    select * from {{ ref('int_order_items_converted') }}

),

orders as (

    select * from {{ ref('orders') }}

),

-- free goods take no share of what is paid, unless all is free
order_weights as (

    select
        order_id,
        max(line_amount) > 0 as is_paid,
        cast(
            case
                when max(line_amount) > 0
                    then sum(greatest(line_amount, cast(0 as decimal(18, 4))))
                else count(*)
            end as decimal(18, 4)
        ) as order_weight
    from order_items
    group by order_id

),

weighted as (

    select
        order_items.*,
        orders.customer_id,
        orders.order_date,
        orders.net_revenue as order_net_revenue,
        order_weights.order_weight,
        case
            when order_weights.is_paid
                then greatest(order_items.line_amount, cast(0 as decimal(18, 4)))
            else cast(1 as decimal(18, 4))
        end as weight
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    inner join order_weights on order_items.order_id = order_weights.order_id

),

accumulated as (

    select
        *,
        cast(
            sum(weight) over (
                partition by order_id
                order by line_number
                rows between unbounded preceding and current row
            ) as decimal(18, 4)
        ) as weight_so_far
    from weighted

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
    from accumulated

)

select * from shared
