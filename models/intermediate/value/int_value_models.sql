with gates as (

    select * from {{ ref('int_value_gates') }}

),

parameters as (

    select * from {{ ref('value_parameters') }}

),

converged as (

    select
        fit,
        model,
        parameter,
        estimate
    from parameters
    where is_converged

),

side_by_side as (

    select
        gates.fit,
        gates.fitted_until,
        gates.unavailable_reason,
        gates.spend_unavailable_reason,
        max(case when converged.parameter = 'r' then converged.estimate end) as r,
        max(case when converged.parameter = 'alpha' then converged.estimate end) as alpha,
        max(case when converged.parameter = 'a' then converged.estimate end) as a,
        max(case when converged.parameter = 'b' then converged.estimate end) as b,
        max(case when converged.parameter = 'p' then converged.estimate end) as p,
        max(case when converged.parameter = 'q' then converged.estimate end) as q,
        max(case when converged.parameter = 'gamma' then converged.estimate end) as gamma
    from gates
    left join converged on gates.fit = converged.fit
    group by
        gates.fit, gates.fitted_until, gates.unavailable_reason, gates.spend_unavailable_reason

),

attempted as (

    select
        fit,
        max(case when model = 'bg_nbd' then 1 end) as bg_nbd,
        max(case when model = 'gamma_gamma' then 1 end) as gamma_gamma
    from parameters
    group by fit

),

-- a mean spend exists only where q is above 1
judged as (

    select
        side_by_side.fit,
        side_by_side.fitted_until,
        side_by_side.r,
        side_by_side.alpha,
        side_by_side.a,
        side_by_side.b,
        case when side_by_side.q > 1 then side_by_side.p end as p,
        case when side_by_side.q > 1 then side_by_side.q end as q,
        case when side_by_side.q > 1 then side_by_side.gamma end as gamma,
        case
            when side_by_side.unavailable_reason is not null
                then side_by_side.unavailable_reason
            when attempted.bg_nbd is null then 'not_fitted'
            when side_by_side.r is null then 'not_converged'
        end as unavailable_reason,
        case
            when side_by_side.spend_unavailable_reason is not null
                then side_by_side.spend_unavailable_reason
            when attempted.gamma_gamma is null then 'not_fitted'
            when side_by_side.p is null then 'not_converged'
            when side_by_side.q <= 1 then 'mean_spend_undefined'
        end as spend_unavailable_reason
    from side_by_side
    left join attempted on side_by_side.fit = attempted.fit

)

select * from judged
