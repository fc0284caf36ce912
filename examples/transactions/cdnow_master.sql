-- cdnow_master.txt (customer, date, CDs, dollars; split by spaces; a header) to orders.
create table orders as
with lines as (
    select
        unnest(string_split(content, chr(10))) as line_text,
        generate_subscripts(string_split(content, chr(10)), 1) as line_position
    from read_text(getvariable('source'))
),

fields as (
    select
        line_position,
        string_split_regex(trim(line_text, chr(13) || ' '), '\s+') as field
    from lines
)

select
    'cdnow-' || (line_position - 1) as order_id,
    field[1] as customer_id,
    strptime(field[2], '%Y%m%d') + interval 12 hours as ordered_at,
    'paid' as status,
    'USD' as currency,
    cast(field[4] as decimal(18, 2)) as gross_amount
from fields
where line_position > 1 and len(field) = 4;
