with totals as (

    select
        (
            select coalesce(sum(net_revenue), 0)
            from {{ ref('orders') }}
            where customer_id is not null
        ) as of_orders,
        (select coalesce(sum(net_revenue), 0) from {{ ref('customers') }}) as of_customers,
        (select coalesce(sum(net_revenue), 0) from {{ ref('retention_cohorts') }}) as of_cohorts

)

select * from totals
where of_orders != of_customers or of_orders != of_cohorts
