with acquisitions as (

    select * from {{ ref('int_acquisitions') }}

),

customer_value as (

    select * from {{ ref('customer_value') }}

),

acquired as (

    select
        acquired_month as cohort_month,
        source,
        medium,
        campaign,
        cast(count(*) as bigint) as acquired_count
    from acquisitions
    where acquired_month is not null
    group by acquired_month, source, medium, campaign

),

-- a sum over some of the buyers would pass for that of all, so one without a prediction voids it;
-- somebody whose repeat orders were all free is expected to bring nothing
first_buyers as (

    select
        acquisitions.first_order_month as cohort_month,
        acquisitions.source,
        acquisitions.medium,
        acquisitions.campaign,
        cast(count(*) as bigint) as first_buyer_count,
        cast(sum(acquisitions.net_revenue) as decimal(18, 4)) as net_revenue_so_far,
        case
            when
                count(
                    case
                        when customer_value.spend_unavailable_reason = 'no_repeat_revenue' then 0
                        else customer_value.predicted_value_365d
                    end
                ) = count(*)
                then
                    cast(
                        coalesce(
                            sum(cast(customer_value.predicted_value_365d as decimal(38, 9))), 0
                        ) as decimal(18, 4)
                    )
        end as predicted_value_365d
    from acquisitions
    left join customer_value on acquisitions.customer_id = customer_value.customer_id
    where acquisitions.first_order_month is not null
    group by
        acquisitions.first_order_month,
        acquisitions.source,
        acquisitions.medium,
        acquisitions.campaign

),

cohorts as (

    select
        coalesce(acquired.cohort_month, first_buyers.cohort_month) as cohort_month,
        coalesce(acquired.source, first_buyers.source) as source,
        coalesce(acquired.medium, first_buyers.medium) as medium,
        coalesce(acquired.campaign, first_buyers.campaign) as campaign,
        coalesce(acquired.acquired_count, 0) as acquired_count,
        coalesce(first_buyers.first_buyer_count, 0) as first_buyer_count,
        cast(coalesce(first_buyers.net_revenue_so_far, 0) as decimal(18, 4))
            as net_revenue_so_far,
        first_buyers.predicted_value_365d
    from acquired
    full outer join first_buyers
        on
            acquired.cohort_month = first_buyers.cohort_month
            and acquired.source = first_buyers.source
            and acquired.medium = first_buyers.medium
            and acquired.campaign = first_buyers.campaign

)

select * from cohorts
