with fits as (

    select * from {{ value_fits_of_engine() }}

),

gates as (

    select * from {{ ref('int_value_gates') }}

),

-- parameters of a later day would know the future; older ones, from the seed, are still good
usable as (

    select
        fits.fit,
        fits.model,
        fits.parameter,
        fits.estimate,
        fits.standard_error,
        fits.log_likelihood,
        fits.buyer_count,
        fits.fitted_until,
        fits.is_converged,
        fits.start_difference
    from fits
    inner join gates
        on
            fits.fit = gates.fit
            and fits.fitted_until <= gates.fitted_until
    where
        (fits.model = 'bg_nbd' and gates.unavailable_reason is null)
        or (fits.model = 'gamma_gamma' and gates.spend_unavailable_reason is null)

)

select * from usable
