with identifier_days as (

    select * from {{ ref('int_identifier_days') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

grouped as (

    select
        identifier_days.anonymous_id,
        identifier_days.customer_id,
        min(identifier_days.first_event_at) as first_event_at
    from identifier_days
    inner join as_of on identifier_days.event_date <= as_of.as_of_date
    group by identifier_days.anonymous_id, identifier_days.customer_id

)

select * from grouped
