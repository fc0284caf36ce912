-- People in customer_value are those with a valid order, with the same first and last days.
select
    customers.customer_id,
    predictions.customer_id as predicted_customer_id
from (
    select * from {{ ref('customers') }}
    where order_count > 0
) as customers
full outer join {{ ref('customer_value') }} as predictions
    on customers.customer_id = predictions.customer_id
where
    customers.customer_id is null
    or predictions.customer_id is null
    or {{ local_date('customers.first_ordered_at') }} != predictions.first_ordered_on
    or {{ local_date('customers.last_ordered_at') }} != predictions.last_ordered_on
