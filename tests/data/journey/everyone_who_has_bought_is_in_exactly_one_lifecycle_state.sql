-- In each month the six states add up to the people with a valid order by the end of it.
with first_months as (

    select
        customer_id,
        min({{ month_of('order_date') }}) as first_month
    from {{ ref('orders') }}
    where is_valid and customer_id is not null
    group by customer_id

),

states as (

    select
        month_start,
        count(*) as state_count,
        sum(customer_count) as customer_count,
        min(customer_count) as smallest_count
    from {{ ref('lifecycle_states') }}
    group by month_start

),

buyers as (

    select
        states.month_start,
        count(*) as buyer_count
    from states
    inner join first_months on states.month_start >= first_months.first_month
    group by states.month_start

)

select
    states.*,
    buyers.buyer_count
from states
left join buyers on states.month_start = buyers.month_start
where
    states.state_count != 6
    or states.smallest_count < 0
    or states.customer_count is distinct from buyers.buyer_count
