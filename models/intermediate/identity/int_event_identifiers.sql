with events as (

    select * from {{ ref('stg_events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

grouped as (

    select
        events.anonymous_id,
        events.customer_id,
        min(events.occurred_at) as first_event_at
    from events
    inner join as_of on events.occurred_at < as_of.as_of_ends_at
    where events.anonymous_id is not null or events.customer_id is not null
    group by events.anonymous_id, events.customer_id

)

select * from grouped
