with horizons as (

    select * from {{ ref('int_order_horizons') }}

),

models as (

    select * from {{ ref('int_value_models') }}

),

longest as (

    select
        fit,
        repeat_days,
        max(shape) as shape,
        max(term_count) as term_count
    from horizons
    group by fit, repeat_days

),

numbered as (

    select
        fit,
        repeat_days,
        shape,
        {{ whole_numbers('1', 'term_count') }} as order_number
    from longest

),

-- as doubles, which log_gamma wants
named as (

    select
        numbered.fit,
        numbered.repeat_days,
        numbered.order_number,
        numbered.shape,
        numbered.shape + numbered.order_number as shape_after,
        cast(numbered.order_number as double) + 1e0 as order_number_after,
        models.b + numbered.repeat_days as staying,
        models.b + numbered.repeat_days + (numbered.order_number - 1) as staying_after,
        models.a + models.b + numbered.repeat_days as staying_or_leaving,
        models.a + models.b + numbered.repeat_days + (numbered.order_number - 1)
            as staying_or_leaving_after
    from numbered
    inner join models on numbered.fit = models.fit

),

-- the chance to stay after each of the orders before this one: a ratio of beta functions
logged as (

    select
        fit,
        repeat_days,
        order_number,
        {{ log_gamma('shape_after') }}
        - {{ log_gamma('shape') }}
        - {{ log_gamma('order_number_after') }} as log_coefficient,
        cast(
            exp(
                {{ log_gamma('staying_after') }}
                - {{ log_gamma('staying') }}
                - {{ log_gamma('staying_or_leaving_after') }}
                + {{ log_gamma('staying_or_leaving') }}
            ) as decimal(38, 18)
        ) as reached_probability
    from named

),

summed as (

    select
        fit,
        repeat_days,
        order_number,
        log_coefficient,
        cast(
            sum(reached_probability) over (
                partition by fit, repeat_days
                order by order_number
                rows between unbounded preceding and current row
            ) as double
        ) as reached_orders
    from logged

)

select * from summed
