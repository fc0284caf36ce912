with slots as (

    select * from {{ ref('int_event_slots') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

device_owners as (

    select * from {{ ref('int_device_owners') }}

),

shared_devices as (

    select anonymous_id
    from device_owners
    where is_shared

),

-- on a shared device a visitor is the customer, and all whom nothing names are one
visitor_slots as (

    select
        slots.*,
        case when slots.customer_id is null then 'anonymous_id' else 'customer_id' end
            as identifier_type,
        coalesce(slots.customer_id, slots.anonymous_id) as identifier
    from slots
    inner join shared_devices on slots.anonymous_id = shared_devices.anonymous_id
    inner join as_of on slots.event_date <= as_of.as_of_date

),

open_sessions as (

    {{ no_rows({
        'anonymous_id': 'string', 'identifier_type': 'string', 'identifier': 'string',
        'last_event_at': 'timestamp', 'session_started_at': 'timestamp',
    }) }}

),

{{ sessions_by_day(['anonymous_id', 'identifier_type', 'identifier']) }}

select * from session_days
