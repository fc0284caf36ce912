with unreadable_rows as (

    select * from {{ ref('stg_rejected_rows') }}

),

orders as (

    select * from {{ ref('int_orders_converted') }}

),

order_items as (

    select * from {{ ref('int_order_items_converted') }}

),

unrated_orders as (

    select
        'orders' as table_name,
        order_id as row_key,
        cast(null as string) as file,
        cast(null as bigint) as file_row,
        'no exchange rate from ' || original_currency || ' to ' || currency as reason,
        cast(null as string) as row_text
    from orders
    where rate is null

),

orphan_items as (

    select
        'order_items' as table_name,
        order_id || '|' || cast(line_number as string) as row_key,
        cast(null as string) as file,
        cast(null as bigint) as file_row,
        'orphan: no accepted order has this order_id' as reason,
        cast(null as string) as row_text
    from order_items
    where not has_order

),

rejected as (

    select
        table_name,
        row_key,
        file,
        file_row,
        reason,
        row_text
    from unreadable_rows
    union all
    select * from unrated_orders
    union all
    select * from orphan_items

)

select * from rejected
