with hesitations as (

    select * from {{ ref('int_price_hesitations') }}

),

open_coupons as (

    select * from {{ ref('int_open_coupons') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- of public coupons that give the same, only the first to end can win
lasting_coupons as (

    select
        open_coupons.*,
        row_number() over (
            partition by
                open_coupons.customer_id,
                open_coupons.kind,
                open_coupons.value,
                open_coupons.min_order_amount
            order by open_coupons.expires_at asc nulls last, open_coupons.coupon_code asc
        ) as place_among_alike
    from open_coupons
    inner join as_of
        on
            open_coupons.expires_at is null
            or open_coupons.expires_at >= {{ add_minutes('as_of.as_of_ends_at', 24 * 60) }}
    where
        open_coupons.kind = 'shipping'
        or (open_coupons.kind in ('amount', 'percent') and open_coupons.value > 0)

),

personal_pairs as (

    select
        hesitations.customer_id,
        hesitations.product_id,
        lasting_coupons.coupon_code
    from hesitations
    inner join lasting_coupons
        on
            hesitations.customer_id = lasting_coupons.customer_id
            and hesitations.price >= lasting_coupons.min_order_amount
            and lasting_coupons.place_among_alike = 1

),

public_pairs as (

    select
        hesitations.customer_id,
        hesitations.product_id,
        lasting_coupons.coupon_code
    from hesitations
    inner join lasting_coupons
        on
            lasting_coupons.customer_id is null
            and hesitations.price >= lasting_coupons.min_order_amount
            and lasting_coupons.place_among_alike = 1

),

pairs as (

    select * from personal_pairs
    union all
    select * from public_pairs

),

valued as (

    select
        hesitations.*,
        lasting_coupons.coupon_code,
        lasting_coupons.expires_at,
        lasting_coupons.expires_on,
        lasting_coupons.coupon_value_ko,
        lasting_coupons.coupon_value_en,
        case
            when lasting_coupons.kind = 'percent'
                then
                    {{ money_times(
                        'hesitations.price',
                        money_times('lasting_coupons.value', '0.01')
                    ) }}
            when lasting_coupons.kind = 'amount'
                then least(lasting_coupons.value, hesitations.price)
            else cast(0 as decimal(18, 4))
        end as worth
    from pairs
    inner join hesitations
        on pairs.customer_id = hesitations.customer_id and pairs.product_id = hesitations.product_id
    inner join lasting_coupons on pairs.coupon_code = lasting_coupons.coupon_code

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, product_id
            order by worth desc, expires_at asc nulls last, coupon_code asc
        ) as place
    from valued

),

offers as (

    select
        customer_id,
        product_id,
        price,
        view_count,
        view_seconds,
        last_viewed_at,
        coupon_code,
        worth,
        expires_on,
        coupon_value_ko,
        coupon_value_en
    from ranked
    where place = 1

)

select * from offers
