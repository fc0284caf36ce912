{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('stg_orders') }}

),

exchange_rates as (

    select * from {{ ref('exchange_rates') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- an end for every rate
rates as (

    select
        exchange_rates.from_currency,
        exchange_rates.valid_from,
        lead(exchange_rates.valid_from, 1, cast('9999-12-31' as date)) over (
            partition by exchange_rates.from_currency
            order by exchange_rates.valid_from
        ) as valid_until,
        exchange_rates.rate
    from exchange_rates
    inner join as_of on exchange_rates.to_currency = as_of.reporting_currency

),

-- not from `orders`: DuckDB would keep a copy of all their columns to read them twice
order_days as (

    select distinct
        currency,
        order_date
    from {{ ref('stg_orders') }}
    where currency is not null

),

-- a few thousand days, so that the many orders need an equality join only
rated_days as (

    select
        order_days.currency,
        order_days.order_date,
        rates.rate
    from order_days
    inner join rates
        on
            order_days.currency = rates.from_currency
            and order_days.order_date >= rates.valid_from
            and order_days.order_date < rates.valid_until

),

rated as (

    select
        orders.*,
        as_of.reporting_currency,
        case
            when coalesce(orders.currency, as_of.reporting_currency) = as_of.reporting_currency
                then cast(1 as decimal(18, 8))
            else rated_days.rate
        end as rate
    from orders
    cross join as_of
    left join rated_days
        on
            orders.currency = rated_days.currency
            and orders.order_date = rated_days.order_date

),

converted as (

    select
        order_id,
        customer_id as raw_customer_id,
        customer_id is null as is_guest_order,
        email,
        phone_e164,
        ordered_at,
        order_date,
        status,
        status in ('paid', 'shipped', 'delivered', 'partially_refunded') as is_valid,
        {{ money_times('gross_amount', 'rate') }} as gross_amount,
        {{ money_times('discount_amount', 'rate') }} as discount_amount,
        {{ money_times('refunded_amount', 'rate') }} as refunded_amount,
        {{ money_times('shipping_amount', 'rate') }} as shipping_amount,
        {{ money_times('tax_amount', 'rate') }} as tax_amount,
        reporting_currency as currency,
        currency as original_currency,
        rate,
        sales_channel,
        coupon_code,
        updated_at
    from rated

),

valued as (

    select
        *,
        cast(
            case
                when is_valid then greatest(gross_amount - discount_amount - refunded_amount, 0)
                else 0
            end as decimal(18, 4)
        ) as net_revenue
    from converted

)

select * from valued
