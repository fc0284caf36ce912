with source as (

    {{ newest_per_key(
        source('landing', 'coupons'),
        key=['coupon_code'],
        newest_by='redeemed_at'
    ) }}

),

renamed as (

    select
        -- keys
        coupon_code,
        customer_id,
        campaign_id,
        redeemed_order_id,

        -- details
        kind,

        -- amounts
        value,
        min_order_amount,

        -- times
        issued_at,
        expires_at,
        redeemed_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
