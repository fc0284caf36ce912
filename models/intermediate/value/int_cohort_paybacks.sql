with acquisitions as (

    select * from {{ ref('int_acquisitions') }}

),

customer_months as (

    select * from {{ ref('int_customer_months') }}

),

ad_spend_months as (

    select * from {{ ref('int_ad_spend_months') }}

),

revenue_by_month as (

    select
        acquisitions.first_order_month as cohort_month,
        acquisitions.source,
        acquisitions.medium,
        acquisitions.campaign,
        customer_months.month_start,
        sum(customer_months.net_revenue) as net_revenue
    from acquisitions
    inner join customer_months on acquisitions.customer_id = customer_months.customer_id
    group by
        acquisitions.first_order_month,
        acquisitions.source,
        acquisitions.medium,
        acquisitions.campaign,
        customer_months.month_start

),

accumulated as (

    select
        cohort_month,
        source,
        medium,
        campaign,
        month_start,
        cast(
            sum(net_revenue) over (
                partition by cohort_month, source, medium, campaign
                order by month_start
                rows between unbounded preceding and current row
            ) as decimal(19, 4)
        ) * cast({{ var('contribution_margin_share') }} as decimal(9, 6)) as margin_so_far
    from revenue_by_month

),

paybacks as (

    select
        accumulated.cohort_month,
        accumulated.source,
        accumulated.medium,
        accumulated.campaign,
        {{ months_between_dates('accumulated.cohort_month', 'min(accumulated.month_start)') }}
            as payback_months
    from accumulated
    inner join ad_spend_months
        on
            accumulated.cohort_month = ad_spend_months.spend_month
            and accumulated.source = ad_spend_months.source
            and accumulated.medium = ad_spend_months.medium
            and accumulated.campaign = ad_spend_months.campaign
    where ad_spend_months.cost > 0 and accumulated.margin_so_far >= ad_spend_months.cost
    group by
        accumulated.cohort_month,
        accumulated.source,
        accumulated.medium,
        accumulated.campaign

)

select * from paybacks
