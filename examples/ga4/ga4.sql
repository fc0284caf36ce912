-- A GA4 export to BigQuery (one row per event) to events, orders, order_items and products.
-- Read README.md beside this file for what each choice means.

-- One event parameter as text, whatever type GA4 gave it; null when it is absent or empty.
create temp macro parameter(parameters, name) as nullif(trim(list_extract(
    list_transform(
        list_filter(parameters, lambda entry: entry.key = name),
        lambda entry: coalesce(
            entry.value.string_value, cast(entry.value.int_value as varchar),
            cast(entry.value.double_value as varchar), cast(entry.value.float_value as varchar)
        )
    ), 1
)), '');

-- GA4 writes "(not set)", "(none)", "(direct)" and "(data deleted)" where it knows nothing.
create temp macro known(text_value) as
    case when text_value not like '(%)' then nullif(trim(text_value), '') end;

create temp table hits as
with source as (
    select *
    from read_parquet(getvariable('source'), union_by_name = true)
),

-- equal events are told apart by a number over a total order of their content
numbered as (
    select
        *,
        row_number() over (
            partition by user_pseudo_id, event_timestamp, event_name, event_bundle_sequence_id
            order by cast(event_params as varchar), cast(items as varchar)
        ) as copy_number
    from source
),

identified as (
    select
        *,
        md5(concat_ws(
            '|', user_pseudo_id, event_timestamp, event_name, event_bundle_sequence_id, copy_number
        )) as event_id,
        make_timestamp(event_timestamp) as occurred_at,
        coalesce(
            nullif(user_id, ''), if(event_name = 'purchase', user_pseudo_id, null)
        ) as customer_id,
        known(ecommerce.transaction_id) as transaction_id,
        known(parameter(event_params, 'source')) as own_source,
        known(parameter(event_params, 'medium')) as own_medium,
        parameter(event_params, 'ga_session_number') = '1' as is_first_session
    from numbered
)

select
    *,
    -- traffic_source is where the *user* first came from, so it speaks for first sessions only
    own_source is null and own_medium is null and is_first_session as is_from_first_touch
from identified;

create table events as
select
    event_id,
    event_name,
    occurred_at,
    user_pseudo_id as anonymous_id,
    customer_id,
    lower(platform) as platform,
    device.category as device_type,
    known(geo.country) as country,
    parameter(event_params, 'page_location') as page_url,
    parameter(event_params, 'page_referrer') as referrer,
    if(is_from_first_touch, known(traffic_source.source), own_source) as utm_source,
    if(is_from_first_touch, known(traffic_source.medium), own_medium) as utm_medium,
    known(
        if(is_from_first_touch, traffic_source.name, parameter(event_params, 'campaign'))
    ) as utm_campaign,
    known(parameter(event_params, 'content')) as utm_content,
    -- an event that lists many products is about none of them in particular
    if(len(items) = 1, known(items[1].item_id), null) as product_id,
    parameter(event_params, 'search_term') as search_term,
    cast(event_value_in_usd as decimal(18, 2)) as value,
    cast(
        cast(parameter(event_params, 'engagement_time_msec') as bigint) / 1000 as decimal(18, 3)
    ) as engagement_seconds,
    cast(to_json(map_from_entries(list_transform(
        list_filter(
            ['ga_session_id', 'ga_session_number', 'percent_scrolled', 'payment_type',
                'shipping_tier', 'coupon', 'promotion_name', 'link_url'],
            lambda name: parameter(event_params, name) is not null
        ),
        lambda name: {'k': name, 'v': parameter(event_params, name)}
    ))) as varchar) as properties
from hits;

-- A purchase sent twice is one order: the first event of a transaction id makes it. Without an id
-- each purchase is an order of its own, if there is any revenue.
create temp table purchases as
select
    *,
    coalesce(transaction_id, event_id) as order_id
from hits
where
    event_name = 'purchase'
    and (transaction_id is not null or ecommerce.purchase_revenue_in_usd > 0)
qualify row_number() over (
    partition by coalesce(transaction_id, event_id)
    order by occurred_at, event_id
) = 1;

-- A refund event names the transaction; without a value it refunds the whole order.
create table orders as
with refunds as (
    select
        transaction_id,
        sum(cast(ecommerce.refund_value_in_usd as decimal(18, 2))) as refund_amount,
        bool_or(coalesce(ecommerce.refund_value_in_usd, 0) = 0) as is_whole_order,
        max(occurred_at) as refunded_at
    from hits
    where event_name = 'refund' and transaction_id is not null
    group by transaction_id
),

amounts as (
    select
        *,
        cast(coalesce(ecommerce.purchase_revenue_in_usd, 0) as decimal(18, 2)) as gross_amount
    from purchases
),

refunded as (
    select
        amounts.*,
        refunds.refunded_at,
        case
            when refunds.is_whole_order then amounts.gross_amount
            else least(amounts.gross_amount, coalesce(refunds.refund_amount, 0))
        end as refunded_amount
    from amounts
    left join refunds on amounts.transaction_id = refunds.transaction_id
)

select
    order_id,
    customer_id,
    occurred_at as ordered_at,
    case
        when refunded_amount = 0 then 'paid'
        when refunded_amount = gross_amount then 'refunded'
        else 'partially_refunded'
    end as status,
    'USD' as currency,
    gross_amount,
    refunded_amount,
    cast(ecommerce.shipping_value_in_usd as decimal(18, 2)) as shipping_amount,
    cast(ecommerce.tax_value_in_usd as decimal(18, 2)) as tax_amount,
    if(lower(platform) = 'web', 'web', 'app') as sales_channel,
    parameter(event_params, 'coupon') as coupon_code,
    greatest(occurred_at, refunded_at) as updated_at
from refunded;

create table order_items as
with bought as (
    select
        order_id,
        unnest(items) as item,
        generate_subscripts(items, 1) as line_number
    from purchases
)

select
    order_id,
    line_number,
    known(item.item_id) as product_id,
    coalesce(item.quantity, 1) as quantity,
    cast(coalesce(item.price_in_usd, item.price, 0) as decimal(18, 2)) as unit_price
from bought
where known(item.item_id) is not null;

-- A product's words are those of the most events (ties: alphabetical); its list price the highest.
create table products as
with listed as (
    select unnest(items) as item
    from hits
),

cleaned as (
    select
        known(item.item_id) as product_id,
        known(item.item_name) as name,
        known(item.item_brand) as brand,
        known(item.item_category) as category,
        coalesce(item.price_in_usd, item.price) as price
    from listed
    where known(item.item_id) is not null
),

names as (
    select
        product_id,
        name
    from cleaned
    where name is not null
    group by product_id, name
    qualify row_number() over (partition by product_id order by count(*) desc, name) = 1
),

brands as (
    select
        product_id,
        brand
    from cleaned
    where brand is not null
    group by product_id, brand
    qualify row_number() over (partition by product_id order by count(*) desc, brand) = 1
),

categories as (
    select
        product_id,
        category
    from cleaned
    where category is not null
    group by product_id, category
    qualify row_number() over (partition by product_id order by count(*) desc, category) = 1
),

list_prices as (
    select
        product_id,
        cast(max(price) as decimal(18, 2)) as list_price
    from cleaned
    group by product_id
)

select
    list_prices.product_id,
    coalesce(names.name, list_prices.product_id) as name,
    brands.brand,
    categories.category,
    list_prices.list_price
from list_prices
left join names on list_prices.product_id = names.product_id
left join brands on list_prices.product_id = brands.product_id
left join categories on list_prices.product_id = categories.product_id;
