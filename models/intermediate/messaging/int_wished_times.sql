{%- set reporting_zone = "'" ~ var('reporting_timezone') ~ "'" -%}

with message_profiles as (

    select * from {{ ref('int_message_profiles') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

best_hours as (

    select * from {{ ref('int_best_hours') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

time_zones as (

    select time_zone from message_profiles
    where time_zone is not null
    union distinct
    select {{ reporting_zone }} as time_zone

),

send_times as (

    select lpad(cast(best_hour as string), 2, '0') || ':00' as send_time from best_hours
    union distinct
    select send_time from campaigns

),

nearby_days as (

    select {{ whole_numbers('-1', '1') }} as day_number

),

local_days as (

    select
        time_zones.time_zone,
        {{ add_days(
            'cast(' ~ local_time_in('as_of.as_of_ends_at', 'time_zones.time_zone') ~ ' as date)',
            'nearby_days.day_number'
        ) }} as local_day
    from time_zones
    cross join nearby_days
    cross join as_of

),

wished_local as (

    select
        local_days.time_zone,
        send_times.send_time,
        {{ add_minutes(
            'cast(local_days.local_day as timestamp)',
            'cast(substr(send_times.send_time, 1, 2) as int) * 60 '
            ~ '+ cast(substr(send_times.send_time, 4, 2) as int)'
        ) }} as local_time
    from local_days
    cross join send_times

),

wished as (

    select
        time_zone,
        send_time,
        {{ utc_of_local_time('local_time', 'time_zone') }} as wished_at
    from wished_local

),

-- the last time before the plan begins and the first one after
around as (

    select
        wished.time_zone,
        wished.send_time,
        max(case when wished.wished_at < as_of.as_of_ends_at then wished.wished_at end)
            as wished_before,
        min(case when wished.wished_at >= as_of.as_of_ends_at then wished.wished_at end)
            as wished_after
    from wished
    cross join as_of
    group by wished.time_zone, wished.send_time

)

select * from around
