with customers as (

    select * from {{ ref('customers') }}

),

orders as (

    select * from {{ ref('orders') }}

),

grades as (

    select * from {{ ref('grades') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

year_totals as (

    select
        orders.customer_id,
        cast(sum(orders.net_revenue) as decimal(18, 4)) as net_revenue,
        cast(count(*) as bigint) as order_count,
        max(orders.ordered_at) as last_ordered_at
    from orders
    inner join as_of on {{ days_between('orders.order_date', 'as_of.as_of_date') }} < 365
    where orders.is_valid and orders.customer_id is not null
    group by orders.customer_id

),

measured as (

    select
        customers.customer_id,
        cast(coalesce(year_totals.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        coalesce(year_totals.order_count, 0) as order_count,
        year_totals.last_ordered_at
    from customers
    left join year_totals on customers.customer_id = year_totals.customer_id

),

reached as (

    select
        measured.customer_id,
        max(grades.rank) as grade_rank
    from measured
    inner join grades
        on
            measured.net_revenue >= grades.min_net_revenue
            and measured.order_count >= grades.min_order_count
    group by measured.customer_id

),

ranked_grades as (

    select
        *,
        lead(rank) over (order by rank) as next_rank
    from grades

),

compared as (

    select
        measured.customer_id,
        measured.net_revenue,
        measured.order_count,
        measured.last_ordered_at,
        present_grades.grade_code,
        next_grades.grade_code as next_grade_code,
        next_grades.min_net_revenue as next_min_net_revenue,
        cast(next_grades.min_net_revenue - measured.net_revenue as decimal(18, 4))
            as amount_missing,
        next_grades.min_order_count - measured.order_count as orders_missing
    from measured
    inner join reached on measured.customer_id = reached.customer_id
    inner join ranked_grades as present_grades on reached.grade_rank = present_grades.rank
    left join grades as next_grades on present_grades.next_rank = next_grades.rank

),

distances as (

    select
        customer_id,
        net_revenue,
        order_count,
        last_ordered_at,
        grade_code,
        next_grade_code,
        next_min_net_revenue,
        cast(case when amount_missing < 0 then 0 else amount_missing end as decimal(18, 4))
            as amount_missing,
        case when orders_missing < 0 then 0 else orders_missing end as orders_missing
    from compared

)

select * from distances
