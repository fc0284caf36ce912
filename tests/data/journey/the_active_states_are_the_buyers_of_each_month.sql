-- new, repeat and returning together are the people with a valid order in the month.
with active as (

    select
        month_start,
        sum(customer_count) as customer_count
    from {{ ref('lifecycle_states') }}
    where lifecycle_state in ('new', 'repeat', 'returning')
    group by month_start

),

buyers as (

    select
        {{ month_of('order_date') }} as month_start,
        count(distinct customer_id) as buyer_count
    from {{ ref('orders') }}
    where is_valid and customer_id is not null
    group by {{ month_of('order_date') }}

)

select
    coalesce(active.month_start, buyers.month_start) as month_start,
    active.customer_count,
    buyers.buyer_count
from active
full outer join buyers on active.month_start = buyers.month_start
where coalesce(active.customer_count, 0) != coalesce(buyers.buyer_count, 0)
