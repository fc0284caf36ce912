with as_of as (

    select * from {{ ref('int_as_of') }}

),

fits as (

    select
        'present' as fit,
        as_of_date as fitted_until
    from as_of
    union all
    select
        'backtest' as fit,
        {{ add_days('as_of_date', '-' ~ var('value_backtest_days')) }} as fitted_until
    from as_of

)

select * from fits
