with wished_times as (

    select * from {{ ref('int_wished_times') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

night_rules as (

    select 'none' as night_rule
    union all
    select 'night' as night_rule
    union all
    select 'kakao_night' as night_rule

),

permitted as (

    select
        wished_times.time_zone,
        wished_times.send_time,
        night_rules.night_rule,
        as_of.as_of_ends_at as begins_at,
        {{ permitted_from(
            'wished_times.wished_before', 'wished_times.time_zone', 'night_rules.night_rule'
        ) }} as from_before,
        {{ permitted_from(
            'wished_times.wished_after', 'wished_times.time_zone', 'night_rules.night_rule'
        ) }} as from_after,
        {{ permitted_from(
            'as_of.as_of_ends_at', 'wished_times.time_zone', 'night_rules.night_rule'
        ) }} as from_begin
    from wished_times
    cross join night_rules
    cross join as_of

),

-- on the day that a clock is put back, a time may lie outside the plan's 24 hours
planned as (

    select
        time_zone,
        send_time,
        night_rule,
        case
            when from_before >= begins_at then from_before
            when from_after < {{ add_minutes('begins_at', 24 * 60) }} then from_after
            else from_begin
        end as planned_at
    from permitted

),

dated as (

    select
        *,
        cast({{ local_time_in('planned_at', 'time_zone') }} as date) as planned_on
    from planned

)

select * from dated
