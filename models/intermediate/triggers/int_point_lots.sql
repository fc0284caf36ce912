with points as (

    select * from {{ ref('stg_points') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

entries as (

    select
        identities.customer_id,
        points.entry_id,
        points.occurred_at,
        points.expires_at,
        points.expires_at < as_of.as_of_ends_at as is_over,
        case
            when points.kind = 'earn' or (points.kind = 'adjust' and points.points > 0)
                then points.points
            else cast(0 as decimal(18, 4))
        end as earned_points,
        case
            when points.kind = 'spend' then points.points
            when points.kind = 'adjust' and points.points < 0 then -points.points
            else cast(0 as decimal(18, 4))
        end as spent_points,
        case
            when points.kind = 'expire' then points.points
            else cast(0 as decimal(18, 4))
        end as lapsed_points
    from points
    inner join identities
        on
            points.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on points.occurred_at < as_of.as_of_ends_at

),

lots as (

    select
        customer_id,
        entry_id,
        occurred_at as earned_at,
        expires_at,
        coalesce(is_over, false) as is_over,
        earned_points,
        sum(earned_points) over (
            partition by customer_id
            order by expires_at asc nulls last, occurred_at asc, entry_id asc
            rows between unbounded preceding and current row
        ) as earned_so_far
    from entries
    where earned_points > 0

),

spent_before_the_end as (

    select
        lots.customer_id,
        lots.entry_id,
        sum(entries.spent_points) as spent_points
    from lots
    inner join entries
        on
            lots.customer_id = entries.customer_id
            and lots.expires_at > entries.occurred_at
            and entries.spent_points > 0
    where lots.is_over
    group by lots.customer_id, lots.entry_id

),

-- points that nobody had spent when their day came, whether or not the shop has booked it
lapses as (

    select
        lots.customer_id,
        max(lots.earned_so_far - coalesce(spent_before_the_end.spent_points, 0)) as lapsed_points
    from lots
    left join spent_before_the_end
        on
            lots.customer_id = spent_before_the_end.customer_id
            and lots.entry_id = spent_before_the_end.entry_id
    where lots.is_over
    group by lots.customer_id

),

totals as (

    select
        entries.customer_id,
        sum(entries.spent_points)
        + greatest(
            sum(entries.lapsed_points),
            max(coalesce(lapses.lapsed_points, 0))
        ) as gone_points
    from entries
    left join lapses on entries.customer_id = lapses.customer_id
    group by entries.customer_id

),

-- the lots are laid end to end, the first to expire first; what is gone covers the beginning
remaining as (

    select
        lots.customer_id,
        lots.entry_id,
        lots.earned_at,
        lots.expires_at,
        -- what ends at midnight ends on the day before
        {{ local_date(add_minutes('lots.expires_at', -1)) }} as expires_on,
        lots.earned_points,
        cast(
            least(
                lots.earned_points,
                greatest(lots.earned_so_far - totals.gone_points, 0)
            ) as decimal(18, 4)
        ) as points_left
    from lots
    inner join totals on lots.customer_id = totals.customer_id
    where not lots.is_over

),

open_lots as (

    select * from remaining
    where points_left > 0

)

select * from open_lots
