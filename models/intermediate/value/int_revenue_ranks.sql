with rfm_scores as (

    select * from {{ ref('rfm_scores') }}

),

ranked as (

    select
        customer_id,
        monetary as window_net_revenue,
        cast(
            row_number() over (order by monetary desc, customer_id asc) as bigint
        ) as revenue_rank,
        cast(count(*) over () as bigint) as customer_count,
        cast(
            sum(monetary) over (
                order by monetary desc, customer_id asc
                rows between unbounded preceding and current row
            ) as decimal(18, 4)
        ) as cumulative_revenue,
        cast(sum(monetary) over () as decimal(18, 4)) as total_revenue
    from rfm_scores

),

-- a share of the total has at most ten decimals, so the bounds of the classes are exact
classified as (

    select
        customer_id,
        window_net_revenue,
        revenue_rank,
        cast(
            {{ whole_division('revenue_rank * 10 + customer_count - 1', 'customer_count') }} as int
        ) as revenue_decile,
        cumulative_revenue,
        cast(cumulative_revenue as double) / nullif(cast(total_revenue as double), 0)
            as cumulative_share,
        case
            when
                cumulative_revenue - window_net_revenue
                < cast(total_revenue as decimal(19, 4))
                * cast({{ var('abc_a_share') }} as decimal(9, 6))
                then 'A'
            when
                cumulative_revenue - window_net_revenue
                < cast(total_revenue as decimal(19, 4))
                * cast({{ var('abc_b_share') }} as decimal(9, 6))
                then 'B'
            else 'C'
        end as abc_class
    from ranked

)

select * from classified
