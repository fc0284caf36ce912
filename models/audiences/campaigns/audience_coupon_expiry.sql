with open_coupons as (

    select * from {{ ref('int_open_coupons') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

triggers as (

    select
        open_coupons.*,
        row_number() over (
            partition by open_coupons.customer_id
            order by open_coupons.expires_at asc, open_coupons.coupon_code asc
        ) as trigger_number
    from open_coupons
    inner join as_of
        on open_coupons.expires_at <= {{ add_minutes('as_of.as_of_ends_at', 3 * 24 * 60) }}
    where open_coupons.customer_id is not null

),

members as (

    select
        'coupon_expiry' as campaign_id,
        triggers.customer_id,
        triggers.coupon_code as trigger_key,
        triggers.issued_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'coupon_code': 'triggers.coupon_code',
            'coupon_value': 'triggers.coupon_value_ko',
            'coupon_value_en': 'triggers.coupon_value_en',
            'expires_on': 'triggers.expires_on',
            'expires_at': 'triggers.expires_at',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    where triggers.trigger_number = 1

)

select * from members
