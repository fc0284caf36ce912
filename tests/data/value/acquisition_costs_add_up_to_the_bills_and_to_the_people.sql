with costs as (

    select
        coalesce(sum(cost), 0) as cost,
        coalesce(sum(impressions), 0) as impressions,
        coalesce(sum(clicks), 0) as clicks,
        coalesce(sum(acquired_count), 0) as acquired_count,
        coalesce(sum(first_buyer_count), 0) as first_buyer_count,
        coalesce(sum(net_revenue_so_far), 0) as net_revenue
    from {{ ref('acquisition_costs') }}

),

bills as (

    select
        coalesce(sum(ad_spend.cost), 0) as cost,
        coalesce(sum(ad_spend.impressions), 0) as impressions,
        coalesce(sum(ad_spend.clicks), 0) as clicks
    from {{ ref('stg_ad_spend') }} as ad_spend
    inner join {{ ref('int_as_of') }} as as_of on ad_spend.spend_date <= as_of.as_of_date

),

people as (

    select
        count(acquired_at) as acquired_count,
        count(revenue_at) as first_buyer_count
    from {{ ref('journey_stages') }}

),

sales as (

    select coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('orders') }}
    where customer_id is not null

)

select
    costs.*,
    bills.cost as cost_of_bills,
    people.acquired_count as acquired_people,
    people.first_buyer_count as people_with_an_order,
    sales.net_revenue as net_revenue_of_orders
from costs
cross join bills
cross join people
cross join sales
where
    costs.cost != bills.cost
    or costs.impressions != bills.impressions
    or costs.clicks != bills.clicks
    or costs.acquired_count != people.acquired_count
    or costs.first_buyer_count != people.first_buyer_count
    or costs.net_revenue != sales.net_revenue
