with events as (

    select * from {{ ref('stg_events') }}

),

event_files as (

    select * from {{ ref('stg_event_files') }}

),

delivered as (

    select * from {{ ref('int_delivered_events') }}

),

postponed_before as (

    select * from {{ ref('stg_postponed_events') }}

),

read_now as (

    select
        events.event_id,
        events.file,
        events.event_date,
        event_files.is_new
    from events
    inner join event_files on events.file = event_files.file
    where events.file in ({{ files_read() }})

),

too_late as (

    select
        event_id,
        file,
        event_date
    from read_now
    where
        {{ event_window().is_continued | lower }}
        and is_new
        and event_date < {{ first_day_read() }}

),

-- the few are looked for among the many, so that the few alone are held in memory
copies as (

    select distinct event_id
    from delivered
    where event_id in (select too_late.event_id from too_late)

),

too_late_events as (

    select
        too_late.event_id,
        too_late.file,
        too_late.event_date,
        copies.event_id is not null as is_copy
    from too_late
    left join copies on too_late.event_id = copies.event_id

),

taken as (

    select distinct event_id
    from delivered
    where event_date >= {{ first_day_read() }}

),

-- what is read and not taken is kept under an earlier day
moved as (

    select
        read_now.event_id,
        read_now.file,
        read_now.event_date,
        true as is_copy
    from read_now
    left join taken on read_now.event_id = taken.event_id
    where
        {{ event_window().is_continued | lower }}
        and read_now.event_date >= {{ first_day_read() }}
        and taken.event_id is null

),

final as (

    select * from postponed_before
    union all
    select * from too_late_events
    union all
    select * from moved

)

select * from final
