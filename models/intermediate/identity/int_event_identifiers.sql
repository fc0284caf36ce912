with slots as (

    select * from {{ ref('int_event_slots') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

grouped as (

    select
        slots.anonymous_id,
        slots.customer_id,
        min(slots.first_event_at) as first_event_at
    from slots
    inner join as_of on slots.event_date <= as_of.as_of_date
    where coalesce(slots.anonymous_id, slots.customer_id) is not null
    group by slots.anonymous_id, slots.customer_id

)

select * from grouped
