with ad_spend as (

    select * from {{ ref('stg_ad_spend') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

labelled as (

    select
        {{ month_of('ad_spend.spend_date') }} as spend_month,
        {{ acquisition_label('ad_spend.source') }} as source,
        {{ acquisition_label('ad_spend.medium') }} as medium,
        {{ acquisition_label('ad_spend.campaign') }} as campaign,
        ad_spend.cost,
        ad_spend.impressions,
        ad_spend.clicks
    from ad_spend
    inner join as_of on ad_spend.spend_date <= as_of.as_of_date

),

summed as (

    select
        spend_month,
        source,
        medium,
        campaign,
        cast(sum(cost) as decimal(18, 4)) as cost,
        cast(coalesce(sum(impressions), 0) as bigint) as impressions,
        cast(coalesce(sum(clicks), 0) as bigint) as clicks
    from labelled
    group by spend_month, source, medium, campaign

)

select * from summed
