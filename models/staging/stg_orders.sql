with source as (

    {{ newest_per_key(
        source('landing', 'orders'),
        key=['order_id'],
        newest_by='updated_at'
    ) }}

),

renamed as (

    select
        -- keys
        order_id,
        customer_id,

        -- contacts
        {{ normalise_email('email') }} as email,
        {{ normalise_phone('phone') }} as phone_e164,

        -- details
        status,
        sales_channel,
        coupon_code,

        -- amounts
        {{ upper_case('currency') }} as currency,
        gross_amount,
        cast(coalesce(discount_amount, 0) as decimal(18, 4)) as discount_amount,
        cast(coalesce(refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
        cast(coalesce(shipping_amount, 0) as decimal(18, 4)) as shipping_amount,
        cast(coalesce(tax_amount, 0) as decimal(18, 4)) as tax_amount,

        -- times
        ordered_at,
        {{ local_date('ordered_at') }} as order_date,
        updated_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
