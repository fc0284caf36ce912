with orders as (

    select * from {{ ref('int_known_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

identified as (

    select
        orders.*,
        identities.customer_id
    from orders
    left join identities
        on
            orders.raw_customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'

),

numbered as (

    select
        *,
        row_number() over (
            partition by customer_id, is_valid
            order by ordered_at, order_id
        ) as valid_order_number,
        lag(order_date) over (
            partition by customer_id, is_valid
            order by ordered_at, order_id
        ) as previous_order_date
    from identified

),

final as (

    select
        order_id,
        customer_id,
        ordered_at,
        order_date,
        status,
        is_valid,
        case when is_valid and customer_id is not null then cast(valid_order_number as int) end
            as order_number,
        gross_amount,
        discount_amount,
        refunded_amount,
        shipping_amount,
        tax_amount,
        net_revenue,
        currency,
        original_currency,
        sales_channel,
        coupon_code,
        case
            when is_valid and customer_id is not null
                then {{ days_between('previous_order_date', 'order_date') }}
        end as days_since_previous_order
    from numbered

)

select * from final
