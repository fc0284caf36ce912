with horizons as (

    select * from {{ ref('int_order_horizons') }}

),

terms as (

    select * from {{ ref('int_order_terms') }}

),

numbered as (

    select
        fit,
        repeat_days,
        age_days,
        horizon_days,
        odds_log,
        shape * rest_log as none_log,
        {{ whole_numbers('1', 'term_count') }} as order_number
    from horizons

),

summed as (

    select
        numbered.fit,
        numbered.repeat_days,
        numbered.age_days,
        numbered.horizon_days,
        cast(
            sum(
                cast(
                    exp(
                        terms.log_coefficient
                        + numbered.order_number * numbered.odds_log
                        + numbered.none_log
                    ) * terms.reached_orders
                    as decimal(38, 18)
                )
            ) as double
        ) as orders_if_alive
    from numbered
    inner join terms
        on
            numbered.fit = terms.fit
            and numbered.repeat_days = terms.repeat_days
            and numbered.order_number = terms.order_number
    group by
        numbered.fit, numbered.repeat_days, numbered.age_days, numbered.horizon_days

)

select * from summed
