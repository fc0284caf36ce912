with journey_stages as (

    select * from {{ ref('journey_stages') }}

),

acquired as (

    select
        *,
        {{ local_date('acquired_at') }} as acquired_on
    from journey_stages
    where is_acquired

),

stages as (

    select
        stages.stage_number,
        stages.stage
    from (
        values
        (1, 'acquisition'),
        (2, 'activation'),
        (3, 'retention'),
        (4, 'revenue'),
        (5, 'referral')
    ) as stages (stage_number, stage)

),

reached as (

    select
        acquired.acquired_on,
        stages.stage_number,
        stages.stage,
        case stages.stage
            when 'acquisition' then acquired.acquired_at
            when 'activation' then acquired.activated_at
            when 'retention' then acquired.retained_at
            when 'revenue' then acquired.revenue_at
            when 'referral' then acquired.referral_at
        end as reached_at
    from acquired
    cross join stages

),

counted as (

    select
        {{ month_of('acquired_on') }} as cohort_month,
        stage,
        stage_number,
        cast(count(reached_at) as bigint) as customer_count,
        cast(count(reached_at) as double) / count(*) as share_of_acquired,
        cast(
            median({{ days_between('acquired_on', local_date('reached_at')) }}) as double
        ) as median_days_from_acquired
    from reached
    group by {{ month_of('acquired_on') }}, stage, stage_number

)

select * from counted
