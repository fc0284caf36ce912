-- UCI Online Retail (one row per invoice line) to customers, orders, order_items and products.
-- Read README.md beside this file for what each choice means.

-- Stock codes that are no products. Edit this list for another shop.
create temp table charges as
select *
from (
    values
        ('POST', 'shipping'), ('DOT', 'shipping'), ('C2', 'shipping'),
        ('D', 'discount'),
        ('M', 'fee'), ('S', 'fee'), ('B', 'fee'), ('PADS', 'fee'), ('CRUK', 'fee'),
        ('BANK CHARGES', 'fee'), ('AMAZONFEE', 'fee'),
        ('GIFT_0001_10', 'fee'), ('GIFT_0001_20', 'fee'), ('GIFT_0001_30', 'fee'),
        ('GIFT_0001_40', 'fee'), ('GIFT_0001_50', 'fee')
) as charge_list (product_id, kind);

-- One row per invoice line, in our names. Equal lines are lines of their own: the order within an
-- invoice is a total order over the content, so the numbers do not depend on the file's order.
create temp table lines as
with source as (
    select *
    from read_parquet(getvariable('source'))
),

renamed as (
    select
        "InvoiceNo" as order_id,
        upper("StockCode") as product_id,
        "Description" as description,
        cast("Quantity" as bigint) as quantity,
        "UnitPrice" as unit_price,
        cast("Quantity" * "UnitPrice" as decimal(18, 3)) as amount,
        -- the file has UK local time
        timezone('UTC', timezone('Europe/London', "InvoiceDate")) as invoiced_at,
        cast("CustomerID" as varchar) as customer_id,
        nullif("Country", 'Unspecified') as country,
        "InvoiceNo" like 'C%' as is_credit,
        "Quantity" > 0 and "UnitPrice" > 0 as is_sale
    from source
)

select
    renamed.*,
    coalesce(charges.kind, 'product') as kind,
    row_number() over (
        partition by renamed.order_id
        order by
            renamed.product_id, renamed.description, renamed.unit_price, renamed.quantity,
            renamed.invoiced_at
    ) as line_number
from renamed
left join charges on renamed.product_id = charges.product_id;

-- What each customer holds of each product after each sale and credit, never below zero.
create temp table movements as
with ordered as (
    select
        *,
        row_number() over (
            partition by customer_id, product_id
            order by invoiced_at, is_credit, order_id, line_number
        ) as movement_number
    from lines
    where
        customer_id is not null
        and kind in ('product', 'shipping')
        and (is_sale or is_credit)
),

running as (
    select
        *,
        sum(quantity) over (
            partition by customer_id, product_id
            order by movement_number
        ) as running_quantity
    from ordered
),

held as (
    select
        *,
        running_quantity - least(0, min(running_quantity) over (
            partition by customer_id, product_id
            order by movement_number
        )) as held_after
    from running
)

select
    *,
    coalesce(lag(held_after) over (
        partition by customer_id, product_id
        order by movement_number
    ), 0) as held_before
from held;

-- Which sale each returned unit came from: last in, first out. A sale's units that are still held
-- when the credit comes lie between what was held before the sale and the lowest level since.
create temp table refunds as
with surviving as (
    select
        credits.order_id as credit_id,
        credits.line_number as credit_line,
        credits.kind,
        credits.invoiced_at as credited_at,
        sales.order_id,
        least(credits.unit_price, sales.unit_price) as unit_refund,
        min(between_them.held_after)
            - greatest(sales.held_before, credits.held_after) as refunded_quantity
    from movements as credits
    inner join movements as sales
        on
            credits.customer_id = sales.customer_id
            and credits.product_id = sales.product_id
            and sales.movement_number < credits.movement_number
    inner join movements as between_them
        on
            credits.customer_id = between_them.customer_id
            and credits.product_id = between_them.product_id
            and between_them.movement_number >= sales.movement_number
            and between_them.movement_number < credits.movement_number
    where credits.is_credit and sales.is_sale
    group by
        credits.order_id, credits.line_number, credits.kind, credits.invoiced_at,
        sales.order_id, sales.line_number, credits.unit_price, sales.unit_price,
        sales.held_before, credits.held_after
)

select
    *,
    cast(refunded_quantity * unit_refund as decimal(18, 3)) as refund_amount
from surviving
where refunded_quantity > 0;

-- One row per invoice: goods sold and postage, less what was refunded of each.
create temp table invoices as
with sold as (
    select
        order_id,
        min(invoiced_at) as ordered_at,
        any_value(customer_id) as customer_id,
        bool_or(is_credit) as is_credit,
        coalesce(sum(amount) filter (where is_sale and kind = 'product'), 0) as gross_amount,
        coalesce(sum(amount) filter (where is_sale and kind = 'shipping'), 0) as shipping_amount
    from lines
    group by order_id
),

refunded as (
    select
        order_id,
        coalesce(sum(refund_amount) filter (where kind = 'product'), 0) as refunded_amount,
        coalesce(sum(refund_amount) filter (where kind = 'shipping'), 0) as refunded_shipping,
        max(credited_at) as refunded_at
    from refunds
    group by order_id
)

select
    sold.* replace (
        sold.shipping_amount - coalesce(refunded.refunded_shipping, 0) as shipping_amount
    ),
    coalesce(refunded.refunded_amount, 0) as refunded_amount,
    refunded.refunded_at
from sold
left join refunded on sold.order_id = refunded.order_id;

-- A discount (stock code D) belongs to the customer's latest invoice before it.
create temp table discounts as
with discount_lines as (
    select *
    from lines
    where is_credit and kind = 'discount'
),

latest_invoices as (
    select
        customer_id,
        ordered_at,
        max(order_id) as order_id
    from invoices
    where gross_amount > 0
    group by customer_id, ordered_at
)

select
    discount_lines.order_id as credit_id,
    discount_lines.line_number as credit_line,
    discount_lines.invoiced_at as credited_at,
    -discount_lines.amount as credit_amount,
    invoices.order_id,
    -- what the goods are still worth is taken by the discounts in time order
    greatest(0, least(
        -discount_lines.amount,
        invoices.gross_amount
        - invoices.refunded_amount
        - coalesce(sum(-discount_lines.amount) over (
            partition by invoices.order_id
            order by discount_lines.invoiced_at, discount_lines.order_id, discount_lines.line_number
            rows between unbounded preceding and 1 preceding
        ), 0)
    )) as discount_amount
from discount_lines
asof inner join latest_invoices
    on
        discount_lines.customer_id = latest_invoices.customer_id
        and discount_lines.invoiced_at > latest_invoices.ordered_at
inner join invoices on latest_invoices.order_id = invoices.order_id;

create table orders as
with discounted as (
    select
        order_id,
        sum(discount_amount) as discount_amount,
        max(credited_at) as discounted_at
    from discounts
    group by order_id
),

amounts as (
    select
        invoices.*,
        coalesce(discounted.discount_amount, 0) as discount_amount,
        greatest(
            invoices.ordered_at, invoices.refunded_at, discounted.discounted_at
        ) as updated_at
    from invoices
    left join discounted on invoices.order_id = discounted.order_id
)

select
    order_id,
    customer_id,
    ordered_at,
    case
        when is_credit then 'refunded'
        when gross_amount = 0 then 'cancelled'
        when refunded_amount = 0 then 'paid'
        when refunded_amount >= gross_amount - discount_amount then 'refunded'
        else 'partially_refunded'
    end as status,
    'GBP' as currency,
    cast(gross_amount as decimal(18, 3)) as gross_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(refunded_amount as decimal(18, 3)) as refunded_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    'web' as sales_channel,
    updated_at
from amounts;

-- Every line of the file. Postage and fees are no revenue of the goods, so their discount takes
-- them back to nothing: the items of an order add up to its gross_amount.
create table order_items as
select
    order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    cast(if(is_sale and kind != 'product', amount, 0) as decimal(18, 3)) as discount_amount
from lines;

-- Name and price are those of the most sale lines; write-off lines carry notes such as "damaged".
create table products as
with descriptions as (
    select
        product_id,
        description as name
    from lines
    where is_sale and description is not null
    group by product_id, description
    qualify row_number() over (
        partition by product_id
        order by count(*) desc, description
    ) = 1
),

list_prices as (
    select
        product_id,
        unit_price as list_price
    from lines
    where is_sale
    group by product_id, unit_price
    qualify row_number() over (
        partition by product_id
        order by count(*) desc, unit_price
    ) = 1
),

codes as (
    select distinct product_id
    from lines
    where kind = 'product'
)

select
    codes.product_id,
    coalesce(descriptions.name, codes.product_id) as name,
    list_prices.list_price
from codes
left join descriptions on codes.product_id = descriptions.product_id
left join list_prices on codes.product_id = list_prices.product_id;

-- The country is the one of the customer's latest invoice.
create table customers as
select
    customer_id,
    country,
    invoiced_at as updated_at
from lines
where customer_id is not null
qualify row_number() over (
    partition by customer_id
    order by invoiced_at desc, order_id desc, line_number desc
) = 1;

-- Credit that found no order, or not wholly: one row per credit line, with what is left over.
create table _unmatched_credits as
with credit_lines as (
    select *
    from lines
    where is_credit
),

matches as (
    select
        credit_id,
        credit_line,
        refund_amount as matched_amount
    from refunds
    union all
    select
        credit_id,
        credit_line,
        discount_amount as matched_amount
    from discounts
),

matched as (
    select
        credit_id,
        credit_line,
        sum(matched_amount) as matched_amount
    from matches
    group by credit_id, credit_line
)

select
    credit_lines.order_id,
    credit_lines.line_number,
    credit_lines.customer_id,
    credit_lines.product_id,
    case
        when credit_lines.kind = 'fee' then 'fee'
        when credit_lines.customer_id is null then 'no customer'
        when matched.credit_id is null then 'no earlier sale'
        else 'more than was sold'
    end as reason,
    -credit_lines.amount - coalesce(matched.matched_amount, 0) as unmatched_amount
from credit_lines
left join matched
    on
        credit_lines.order_id = matched.credit_id
        and credit_lines.line_number = matched.credit_line
where -credit_lines.amount > coalesce(matched.matched_amount, 0);
