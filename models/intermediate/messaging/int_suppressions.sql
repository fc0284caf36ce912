{{ config(materialized='view') }}

with suppressions as (

    select * from {{ ref('stg_suppressions') }}

),

unreadable_opt_outs as (

    select * from {{ ref('stg_unreadable_opt_outs') }}

),

messages as (

    select * from {{ ref('stg_messages') }}

),

consents as (

    select * from {{ ref('stg_consents') }}

),

-- with the next answer of the account to the same question, it is known again
next_answers as (

    select
        unreadable_opt_outs.contact,
        unreadable_opt_outs.channel,
        unreadable_opt_outs.purpose,
        unreadable_opt_outs.opted_out_at,
        min(consents.changed_at) as answered_at
    from unreadable_opt_outs
    inner join consents
        on
            unreadable_opt_outs.contact = consents.customer_id
            and unreadable_opt_outs.purpose = consents.purpose
            and unreadable_opt_outs.opted_out_at < consents.changed_at
    where consents.channel in (unreadable_opt_outs.channel, 'all')
    group by
        unreadable_opt_outs.contact,
        unreadable_opt_outs.channel,
        unreadable_opt_outs.purpose,
        unreadable_opt_outs.opted_out_at

),

unreadable as (

    select
        unreadable_opt_outs.contact,
        unreadable_opt_outs.channel,
        unreadable_opt_outs.opted_out_at,
        unreadable_opt_outs.email,
        unreadable_opt_outs.phone_e164,
        coalesce(unreadable_opt_outs.lifted_at, next_answers.answered_at) as lifted_at
    from unreadable_opt_outs
    left join next_answers
        on
            unreadable_opt_outs.contact = next_answers.contact
            and unreadable_opt_outs.channel = next_answers.channel
            and unreadable_opt_outs.purpose = next_answers.purpose
            and unreadable_opt_outs.opted_out_at = next_answers.opted_out_at
    where unreadable_opt_outs.contact is not null
    union all
    select
        messages.customer_id as contact,
        {{ consent_channel('messages.channel') }} as channel,
        unreadable_opt_outs.opted_out_at,
        unreadable_opt_outs.email,
        unreadable_opt_outs.phone_e164,
        unreadable_opt_outs.lifted_at
    from unreadable_opt_outs
    inner join messages on unreadable_opt_outs.message_id = messages.message_id

),

merged as (

    select
        contact,
        channel,
        suppressed_at,
        email,
        phone_e164,
        reason,
        lifted_at
    from suppressions
    union all
    select
        contact,
        channel,
        coalesce(opted_out_at, timestamp '1900-01-01 00:00:00') as suppressed_at,
        email,
        phone_e164,
        'unreadable' as reason,
        lifted_at
    from unreadable

)

select * from merged
