with texts as (

    select * from {{ ref('campaign_texts') }}

),

plans as (

    select * from {{ ref('campaign_plans') }}

),

products as (

    select * from {{ ref('products') }}

),

prices as (

    select
        texts.campaign_id,
        texts.customer_id,
        texts.channel,
        cast(
            replace({{ json_text('texts.parameters', "'price'") }}, ',', '') as decimal(18, 4)
        ) as price_said,
        products.current_price
    from texts
    inner join plans
        on
            texts.campaign_id = plans.campaign_id
            and texts.customer_id = plans.customer_id
            and texts.channel = plans.channel
    left join products on plans.product_id = products.product_id
    where {{ json_text('texts.parameters', "'price'") }} <> ''

)

select * from prices
where price_said is distinct from current_price
