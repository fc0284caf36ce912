-- Class A, and A with B, bring their share of the net revenue, and would not without the person of
-- theirs who brings the least; every person in a class brings as much as anybody in the next.
with ranks as (

    select * from {{ ref('int_revenue_ranks') }}

),

classes as (

    select
        coalesce(sum(window_net_revenue), 0) as revenue_of_all,
        sum(case when abc_class = 'A' then window_net_revenue end) as revenue_of_a,
        min(case when abc_class = 'A' then window_net_revenue end) as least_of_a,
        sum(case when abc_class in ('A', 'B') then window_net_revenue end) as revenue_of_a_and_b,
        min(case when abc_class = 'B' then window_net_revenue end) as least_of_b,
        max(case when abc_class = 'B' then window_net_revenue end) as most_of_b,
        max(case when abc_class = 'C' then window_net_revenue end) as most_of_c
    from ranks

),

bounds as (

    select
        *,
        cast(revenue_of_all as decimal(19, 4))
        * cast({{ var('abc_a_share') }} as decimal(9, 6)) as bound_of_a,
        cast(revenue_of_all as decimal(19, 4))
        * cast({{ var('abc_b_share') }} as decimal(9, 6)) as bound_of_b
    from classes

)

select * from bounds
where
    coalesce(revenue_of_a, 0) < bound_of_a
    or revenue_of_a - least_of_a >= bound_of_a
    or coalesce(revenue_of_a_and_b, 0) < bound_of_b
    or revenue_of_a_and_b - least_of_b >= bound_of_b
    or least_of_a < most_of_b
    or coalesce(least_of_b, least_of_a) < most_of_c
