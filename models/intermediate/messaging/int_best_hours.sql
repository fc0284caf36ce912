with sessions as (

    select * from {{ ref('sessions') }}

),

messages as (

    select * from {{ ref('stg_messages') }}

),

message_events as (

    select * from {{ ref('stg_message_events') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

message_profiles as (

    select * from {{ ref('int_message_profiles') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

responses as (

    select
        identities.customer_id,
        message_events.occurred_at as seen_at
    from message_events
    inner join messages on message_events.message_id = messages.message_id
    inner join identities
        on
            messages.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    where message_events.event_name in ('opened', 'clicked')

),

moments as (

    select
        customer_id,
        started_at as seen_at
    from sessions
    where customer_id is not null
    union all
    select
        customer_id,
        seen_at
    from responses

),

recent_hours as (

    select
        moments.customer_id,
        cast(hour({{ local_time_in(
            'moments.seen_at',
            "coalesce(message_profiles.time_zone, '" ~ var('reporting_timezone') ~ "')"
        ) }}) as int) as local_hour
    from moments
    inner join message_profiles on moments.customer_id = message_profiles.customer_id
    inner join as_of
        on
            moments.seen_at >= {{ add_minutes('as_of.as_of_ends_at', -180 * 24 * 60) }}
            and moments.seen_at < as_of.as_of_ends_at

),

counted as (

    select
        customer_id,
        local_hour,
        count(*) as hour_count
    from recent_hours
    group by customer_id, local_hour

),

ranked as (

    select
        customer_id,
        local_hour,
        sum(hour_count) over (partition by customer_id) as moment_count,
        row_number() over (
            partition by customer_id
            order by hour_count desc, local_hour asc
        ) as hour_number
    from counted

),

best as (

    select
        customer_id,
        local_hour as best_hour,
        cast(moment_count as bigint) as moment_count
    from ranked
    where hour_number = 1 and moment_count >= {{ var('best_hour_min_moments') }}

)

select * from best
