-- The same people and the same net revenue in the scores, the ranks, the tenths and the classes.
with scores as (

    select
        count(*) as customer_count,
        coalesce(sum(monetary), 0) as net_revenue
    from {{ ref('rfm_scores') }}

),

tenths as (

    select
        coalesce(sum(customer_count), 0) as customer_count,
        coalesce(sum(net_revenue), 0) as net_revenue,
        max(cumulative_customer_share) as last_customer_share,
        max(cumulative_revenue_share) as last_revenue_share,
        max(customer_count) - min(customer_count) as difference_in_size,
        max(customers_for_80_percent) as customers_for_80_percent
    from {{ ref('revenue_concentration') }}

),

ranks as (

    select
        count(*) as customer_count,
        coalesce(sum(window_net_revenue), 0) as net_revenue,
        coalesce(max(revenue_rank), 0) as last_rank,
        coalesce(max(cumulative_revenue), 0) as last_revenue,
        coalesce(
            sum(case when abc_class in ('A', 'B', 'C') then window_net_revenue end), 0
        ) as revenue_of_classes
    from {{ ref('int_revenue_ranks') }}

)

select
    scores.*,
    tenths.customer_count as people_in_tenths,
    tenths.net_revenue as revenue_of_tenths,
    ranks.customer_count as people_in_ranks,
    ranks.net_revenue as revenue_of_ranks
from scores
cross join tenths
cross join ranks
where
    tenths.customer_count != scores.customer_count
    or tenths.net_revenue != scores.net_revenue
    or ranks.customer_count != scores.customer_count
    or ranks.last_rank != scores.customer_count
    or ranks.net_revenue != scores.net_revenue
    or ranks.last_revenue != scores.net_revenue
    or ranks.revenue_of_classes != scores.net_revenue
    or tenths.last_customer_share != 1
    or tenths.last_revenue_share != 1
    or tenths.difference_in_size > 1
    or tenths.customers_for_80_percent > scores.customer_count
