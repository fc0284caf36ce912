-- cdnow_sample.txt (master id, sample id, date, CDs, dollars; split by spaces; no header) to
-- orders. The customer is the master id, so both files name a person in the same way.
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
    'cdnow-sample-' || line_position as order_id,
    field[1] as customer_id,
    strptime(field[3], '%Y%m%d') + interval 12 hours as ordered_at,
    'paid' as status,
    'USD' as currency,
    cast(field[5] as decimal(18, 2)) as gross_amount
from fields
where len(field) = 5;
