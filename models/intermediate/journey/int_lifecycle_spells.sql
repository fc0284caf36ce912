with customer_months as (

    select * from {{ ref('int_customer_months') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

neighboured as (

    select
        customer_id,
        month_start,
        lag(month_start) over (partition by customer_id order by month_start)
            as earlier_month,
        lead(month_start) over (partition by customer_id order by month_start)
            as later_month
    from customer_months

),

-- after each month with an order: what a person is how many months later, until the next order
stages as (

    select
        stages.stage,
        stages.from_month,
        stages.until_month
    from (
        values
        ('active', 0, 1),
        ('dormant', 1, 2),
        ('lost', 2, 13),
        ('gone', 13, cast(null as int))
    ) as stages (stage, from_month, until_month)

),

bounded as (

    select
        neighboured.customer_id,
        case
            when stages.stage <> 'active' then stages.stage
            when neighboured.earlier_month is null then 'new'
            when
                neighboured.earlier_month = {{ add_months('neighboured.month_start', -1) }}
                then 'repeat'
            else 'returning'
        end as lifecycle_state,
        {{ add_months('neighboured.month_start', 'stages.from_month') }} as first_month,
        -- least skips a null: gone lasts until the next order, all of it when there is none
        least(
            neighboured.later_month,
            {{ add_months('neighboured.month_start', 'stages.until_month') }}
        ) as next_month
    from neighboured
    cross join stages

),

begun as (

    select
        bounded.customer_id,
        bounded.lifecycle_state,
        bounded.first_month,
        bounded.next_month
    from bounded
    cross join as_of
    where
        bounded.first_month <= as_of.as_of_date
        and (bounded.first_month < bounded.next_month or bounded.next_month is null)

)

select * from begun
