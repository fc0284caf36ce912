-- rfm_orders.csv (order_id, customer_id, order_date, revenue) to orders.
create table orders as
select
    order_id,
    customer_id,
    cast(order_date as date) + interval 12 hours as ordered_at,
    'paid' as status,
    'USD' as currency,
    cast(revenue as decimal(18, 2)) as gross_amount
from read_csv(getvariable('source'), header = true, all_varchar = true);
