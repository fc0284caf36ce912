with coupons as (

    select * from {{ ref('stg_coupons') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

orders as (

    select * from {{ ref('orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

unused as (

    select coupons.*
    from coupons
    inner join as_of
        on
            (coupons.issued_at < as_of.as_of_ends_at or coupons.issued_at is null)
            and (coupons.expires_at >= as_of.as_of_ends_at or coupons.expires_at is null)
            and (coupons.redeemed_at >= as_of.as_of_ends_at or coupons.redeemed_at is null)
    where coupons.redeemed_at is not null or coupons.redeemed_order_id is null

),

spent_codes as (

    select distinct coupon_code
    from orders
    where status <> 'cancelled' and coupon_code is not null

),

personal_coupons as (

    select
        unused.coupon_code,
        identities.customer_id,
        unused.kind,
        unused.value,
        unused.min_order_amount,
        unused.issued_at,
        unused.expires_at
    from unused
    inner join identities
        on
            unused.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    left join spent_codes on unused.coupon_code = spent_codes.coupon_code
    where spent_codes.coupon_code is null

),

public_coupons as (

    select
        coupon_code,
        customer_id,
        kind,
        value,
        min_order_amount,
        issued_at,
        expires_at
    from unused
    where customer_id is null

),

open_coupons as (

    select * from personal_coupons
    union all
    select * from public_coupons

),

described as (

    select
        open_coupons.coupon_code,
        open_coupons.customer_id,
        open_coupons.kind,
        open_coupons.value,
        coalesce(open_coupons.min_order_amount, cast(0 as decimal(18, 4))) as min_order_amount,
        open_coupons.issued_at,
        open_coupons.expires_at,
        -- what ends at midnight ends on the day before
        {{ local_date(add_minutes('open_coupons.expires_at', -1)) }} as expires_on,
        case
            when open_coupons.kind = 'shipping' then '무료배송'
            when open_coupons.kind = 'percent'
                then {{ money_text('open_coupons.value') }} || '%'
            when open_coupons.kind = 'amount' and as_of.reporting_currency = 'KRW'
                then {{ money_text('open_coupons.value') }} || '원'
            when open_coupons.kind = 'amount'
                then {{ money_text('open_coupons.value') }} || ' ' || as_of.reporting_currency
        end as coupon_value_ko,
        case
            when open_coupons.kind = 'shipping' then 'free shipping'
            when open_coupons.kind = 'percent'
                then {{ money_text('open_coupons.value') }} || '%'
            when open_coupons.kind = 'amount'
                then as_of.reporting_currency || ' ' || {{ money_text('open_coupons.value') }}
        end as coupon_value_en
    from open_coupons
    cross join as_of

)

select * from described
