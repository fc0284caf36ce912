with revenue_ranks as (

    select * from {{ ref('int_revenue_ranks') }}

),

totals as (

    select
        cast(count(*) as bigint) as customer_count,
        cast(sum(window_net_revenue) as decimal(18, 4)) as net_revenue,
        sum(
            cast(window_net_revenue as decimal(19, 4)) * cast(revenue_rank as decimal(12, 0))
        ) as ranked_revenue
    from revenue_ranks

),

-- the customers before whom 80 % are not reached yet
needed as (

    select cast(count(*) as bigint) as customers_for_80_percent
    from revenue_ranks
    cross join totals
    where
        revenue_ranks.cumulative_revenue - revenue_ranks.window_net_revenue
        < cast(totals.net_revenue as decimal(19, 4)) * 0.8

),

deciles as (

    select
        revenue_decile,
        cast(count(*) as bigint) as customer_count,
        cast(sum(window_net_revenue) as decimal(18, 4)) as net_revenue,
        min(window_net_revenue) as lowest_customer_revenue,
        max(window_net_revenue) as highest_customer_revenue,
        max(revenue_rank) as cumulative_customer_count,
        max(cumulative_revenue) as cumulative_revenue
    from revenue_ranks
    group by revenue_decile

),

shares as (

    select
        deciles.revenue_decile,
        deciles.customer_count,
        deciles.net_revenue,
        deciles.lowest_customer_revenue,
        deciles.highest_customer_revenue,
        cast(deciles.net_revenue as double) / nullif(cast(totals.net_revenue as double), 0)
            as revenue_share,
        cast(deciles.cumulative_customer_count as double)
        / cast(totals.customer_count as double) as cumulative_customer_share,
        cast(deciles.cumulative_revenue as double) / nullif(cast(totals.net_revenue as double), 0)
            as cumulative_revenue_share,
        nullif(needed.customers_for_80_percent, 0) as customers_for_80_percent,
        cast(nullif(needed.customers_for_80_percent, 0) as double)
        / cast(totals.customer_count as double) as customer_share_for_80_percent,
        -- of n people in order of rank: (n + 1 - 2 * sum(rank * revenue) / sum(revenue)) / n
        cast(
            cast(totals.net_revenue as decimal(19, 4))
            * cast(totals.customer_count + 1 as decimal(12, 0))
            - 2 * totals.ranked_revenue as double
        )
        / nullif(
            cast(
                cast(totals.net_revenue as decimal(19, 4))
                * cast(totals.customer_count as decimal(12, 0)) as double
            ),
            0
        ) as gini_coefficient
    from deciles
    cross join totals
    cross join needed

)

select * from shares
