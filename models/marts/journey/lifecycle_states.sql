with lifecycle_spells as (

    select * from {{ ref('int_lifecycle_spells') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

states as (

    select states.lifecycle_state
    from (
        values ('new'), ('repeat'), ('returning'), ('dormant'), ('lost'), ('gone')
    ) as states (lifecycle_state)

),

first_months as (

    select min(first_month) as first_month from lifecycle_spells

),

month_numbers as (

    select
        first_months.first_month,
        {{ whole_numbers(
            '0', months_between_dates('first_months.first_month', 'as_of.as_of_date')
        ) }} as month_number
    from first_months
    cross join as_of

),

months as (

    select {{ add_months('first_month', 'month_number') }} as month_start
    from month_numbers

),

-- people are counted where a state begins and where it ends, never once a month
changes as (

    select
        first_month as month_start,
        lifecycle_state,
        1 as change
    from lifecycle_spells
    union all
    select
        next_month as month_start,
        lifecycle_state,
        -1 as change
    from lifecycle_spells
    where next_month is not null

),

net_changes as (

    select
        month_start,
        lifecycle_state,
        sum(change) as net_change
    from changes
    group by month_start, lifecycle_state

),

counted as (

    select
        months.month_start,
        states.lifecycle_state,
        cast(sum(coalesce(net_changes.net_change, 0)) over (
            partition by states.lifecycle_state
            order by months.month_start
            rows between unbounded preceding and current row
        ) as bigint) as customer_count
    from months
    cross join states
    left join net_changes
        on
            months.month_start = net_changes.month_start
            and states.lifecycle_state = net_changes.lifecycle_state

)

select * from counted
