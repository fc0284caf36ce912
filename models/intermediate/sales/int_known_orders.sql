{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('int_orders_converted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

shared_emails as (

    select * from {{ ref('int_shared_emails') }}

),

-- guests who share an address are told apart by their phones
known as (

    select
        orders.*,
        case
            when {{ is_email('orders.email') }}
                then
                    orders.email
                    || case
                        when shared_emails.email is null then ''
                        else coalesce('|' || orders.phone_e164, '')
                    end
            else orders.phone_e164
        end as contact
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    left join shared_emails on orders.email = shared_emails.email
    where orders.rate is not null

),

final as (

    select
        order_id,
        case
            when is_guest_order then 'guest-' || substr(md5(contact), 1, 16)
            else raw_customer_id
        end as raw_customer_id,
        is_guest_order,
        email,
        phone_e164,
        ordered_at,
        order_date,
        status,
        is_valid,
        gross_amount,
        discount_amount,
        refunded_amount,
        shipping_amount,
        tax_amount,
        currency,
        original_currency,
        rate,
        sales_channel,
        coupon_code,
        updated_at,
        net_revenue
    from known

)

select * from final
