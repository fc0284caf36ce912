with predictions as (

    select * from {{ ref('int_backtest_predictions') }}

),

models as (

    select * from {{ ref('int_value_models') }}
    where fit = 'backtest'

),

methods as (

    select methods.method
    from (values ('bg_nbd'), ('last_period'), ('average')) as methods (method)

),

levels as (

    select levels.is_whole
    from (values (true), (false)) as levels (is_whole)

),

placed as (

    select
        predictions.*,
        case when levels.is_whole then 'all' else predictions.prediction_decile end
            as calibration_group
    from predictions
    cross join levels

),

-- doubles are added up as decimals, so that their order doesn't matter
totalled as (

    select
        method,
        calibration_group,
        cast(count(*) as bigint) as buyer_count,
        sum(cast(predicted_orders as decimal(38, 18))) as predicted_orders,
        cast(sum(actual_orders) as bigint) as actual_orders,
        sum(cast(abs(predicted_orders - actual_orders) as decimal(38, 18))) as absolute_error,
        cast(sum(cast(predicted_revenue as decimal(38, 9))) as double) as predicted_revenue,
        cast(sum(actual_revenue) as decimal(18, 4)) as actual_revenue
    from placed
    group by method, calibration_group

),

-- a back-test that can't be made has one row a method all the same, with the reason
listed as (

    select
        methods.method,
        coalesce(totalled.calibration_group, 'all') as calibration_group,
        models.fitted_until,
        totalled.buyer_count,
        totalled.predicted_orders,
        totalled.actual_orders,
        totalled.absolute_error,
        totalled.predicted_revenue,
        totalled.actual_revenue,
        abs(totalled.predicted_orders - totalled.actual_orders) as missed_orders,
        models.unavailable_reason
    from methods
    cross join models
    left join totalled on methods.method = totalled.method

),

compared as (

    select
        method,
        calibration_group,
        fitted_until,
        buyer_count,
        cast(predicted_orders as double) as predicted_orders,
        actual_orders,
        cast(predicted_orders as double) / nullif(actual_orders, 0) - 1e0 as difference_share,
        cast(absolute_error as double) / buyer_count as mean_absolute_error,
        predicted_revenue,
        actual_revenue,
        cast(missed_orders as decimal(38, 9)) > actual_orders * 0.2 as is_off_by_too_much,
        case
            when missed_orders is not null
                then
                    rank() over (
                        partition by calibration_group
                        order by cast(missed_orders as decimal(38, 9))
                    ) = 1
        end as is_best,
        unavailable_reason
    from listed

)

select * from compared
