with sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

frequency_caps as (

    select * from {{ ref('frequency_caps') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

channels as (

    {{ message_channels() }}

),

longest_window as (

    select max(days) as days from frequency_caps

),

recent_ads as (

    select
        sent_messages.customer_id,
        sent_messages.channel,
        sent_messages.message_id,
        sent_messages.sent_at
    from sent_messages
    cross join longest_window
    inner join as_of
        on
            sent_messages.sent_at
            > {{ add_minutes('as_of.as_of_ends_at', '-24 * 60 * longest_window.days') }}
    where sent_messages.is_ad

),

-- how many advertising messages the person has had from each one on
numbered as (

    select
        customer_id,
        channel,
        sent_at,
        row_number() over (
            partition by customer_id
            order by sent_at desc, message_id desc
        ) as number_of_all,
        row_number() over (
            partition by customer_id, channel
            order by sent_at desc, message_id desc
        ) as number_of_channel
    from recent_ads

),

-- the message that fills a cap fills it until it leaves the window
filled as (

    select
        numbered.customer_id,
        frequency_caps.channel as capped_channel,
        frequency_caps.days,
        frequency_caps.max_messages,
        {{ add_minutes('numbered.sent_at', '24 * 60 * frequency_caps.days') }} as released_at
    from numbered
    inner join frequency_caps
        on
            (
                frequency_caps.channel = 'all'
                and numbered.number_of_all = frequency_caps.max_messages
            )
            or (
                numbered.channel = frequency_caps.channel
                and numbered.number_of_channel = frequency_caps.max_messages
            )

),

ranked as (

    select
        filled.customer_id,
        channels.channel,
        filled.released_at,
        filled.capped_channel || ': ' || cast(filled.max_messages as string)
        || ' in ' || cast(filled.days as string) || ' days' as cap,
        row_number() over (
            partition by filled.customer_id, channels.channel
            order by filled.released_at desc, filled.capped_channel asc, filled.days asc
        ) as cap_number
    from filled
    inner join channels on filled.capped_channel in (channels.channel, 'all')

),

releases as (

    select
        customer_id,
        channel,
        released_at,
        cap
    from ranked
    where cap_number = 1

)

select * from releases
