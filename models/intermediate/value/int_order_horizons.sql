with histories as (

    select * from {{ ref('int_value_histories') }}

),

models as (

    select * from {{ ref('int_value_models') }}

),

horizons as (

    select
        horizons.fit,
        horizons.horizon_days
    from (
        values
        ('present', 30),
        ('present', 90),
        ('present', 365),
        ('backtest', {{ var('value_backtest_days') }})
    ) as horizons (fit, horizon_days)

),

-- expected orders depend on these two alone, and buyers are far more than pairs of them
pairs as (

    select distinct
        fit,
        repeat_days,
        age_days
    from histories

),

-- orders of a person who stays come at a gamma-distributed pace, of shape s = r + x and rate
-- w = alpha + T in weeks; their number in t weeks is negative binomial with z = t / (w + t)
waiting as (

    select
        pairs.fit,
        pairs.repeat_days,
        pairs.age_days,
        horizons.horizon_days,
        models.r + pairs.repeat_days as shape,
        ln(
            horizons.horizon_days / 7e0
            / (models.alpha + (pairs.age_days + horizons.horizon_days) / 7e0)
        ) as odds_log,
        ln(
            (models.alpha + pairs.age_days / 7e0)
            / (models.alpha + (pairs.age_days + horizons.horizon_days) / 7e0)
        ) as rest_log
    from pairs
    inner join horizons on pairs.fit = horizons.fit
    inner join models on pairs.fit = models.fit
    where models.unavailable_reason is null

),

bounded as (

    select
        *,
        {{ series_terms('shape', 'odds_log', 'rest_log') }} as term_count
    from waiting

)

select * from bounded
