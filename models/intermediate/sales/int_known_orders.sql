with orders as (

    select * from {{ ref('int_orders_converted') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select orders.*
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_ends_at
    where orders.rate is not null

),

-- of a till, a family or nobody: guests who give one of these are told apart by their phones
shared_emails as (

    select email
    from known
    where is_guest_order and email is not null
    group by email
    having count(distinct phone_e164) > {{ var('max_customers_per_contact') }}

),

guests as (

    select
        known.*,
        case
            when {{ is_email('known.email') }}
                then
                    known.email
                    || case
                        when shared_emails.email is null then ''
                        else coalesce('|' || known.phone_e164, '')
                    end
            else known.phone_e164
        end as contact
    from known
    left join shared_emails on known.email = shared_emails.email

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
    from guests

)

select * from final
