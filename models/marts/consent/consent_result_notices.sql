with consent_answers as (

    select * from {{ ref('int_consent_answers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

advertising_answers as (

    select *
    from consent_answers
    where purpose in ('marketing', 'night')

),

-- what held before the moment of an answer; of several at one moment a no decides
moments as (

    select
        customer_id,
        channel,
        purpose,
        changed_at,
        coalesce(
            lag(bool_and(is_granted)) over (
                partition by customer_id, channel, purpose
                order by changed_at
            ),
            false
        ) as was_granted
    from advertising_answers
    group by customer_id, channel, purpose, changed_at

),

-- the result of a withdrawal in a messaging tool is recorded where the shop keeps consents
recorded_noes as (

    select
        withdrawals.customer_id,
        withdrawals.channel,
        withdrawals.answered_in,
        withdrawals.changed_at,
        min(refusals.result_notified_at) as result_notified_at
    from advertising_answers as withdrawals
    inner join advertising_answers as refusals
        on
            withdrawals.customer_id = refusals.customer_id
            and withdrawals.channel = refusals.channel
            and withdrawals.purpose = refusals.purpose
            and withdrawals.changed_at <= refusals.result_notified_at
    where
        withdrawals.answered_in = 'message_events'
        and refusals.answered_in = 'consents'
        and not refusals.is_granted
    group by
        withdrawals.customer_id,
        withdrawals.channel,
        withdrawals.answered_in,
        withdrawals.changed_at

),

-- an answer for `all` is one answer, whose result is told once
given_answers as (

    select
        advertising_answers.customer_id,
        advertising_answers.account_id,
        advertising_answers.named_channel as channel,
        advertising_answers.purpose,
        advertising_answers.changed_at as answered_at,
        advertising_answers.answered_in,
        max(advertising_answers.source) as source,
        bool_and(advertising_answers.is_granted) as is_granted,
        bool_or(moments.was_granted) as was_granted,
        coalesce(
            min(advertising_answers.result_notified_at), min(recorded_noes.result_notified_at)
        ) as result_notified_at
    from advertising_answers
    inner join moments
        on
            advertising_answers.customer_id = moments.customer_id
            and advertising_answers.channel = moments.channel
            and advertising_answers.purpose = moments.purpose
            and advertising_answers.changed_at = moments.changed_at
    left join recorded_noes
        on
            advertising_answers.customer_id = recorded_noes.customer_id
            and advertising_answers.channel = recorded_noes.channel
            and advertising_answers.answered_in = recorded_noes.answered_in
            and advertising_answers.changed_at = recorded_noes.changed_at
    group by
        advertising_answers.customer_id,
        advertising_answers.account_id,
        advertising_answers.named_channel,
        advertising_answers.purpose,
        advertising_answers.changed_at,
        advertising_answers.answered_in

),

dated as (

    select
        *,
        {{ add_days(local_date('answered_at'), var('result_notice_days')) }}
            as result_notice_due_on,
        {{ local_date('result_notified_at') }} as result_notified_on
    from given_answers

),

judged as (

    select
        dated.customer_id,
        dated.account_id,
        dated.channel,
        dated.purpose,
        dated.answered_at,
        dated.answered_in,
        dated.source,
        case
            when dated.is_granted then 'consent'
            when dated.was_granted or dated.answered_in = 'message_events' then 'withdrawal'
            else 'refusal'
        end as answer,
        dated.is_granted,
        dated.result_notice_due_on,
        dated.result_notified_at,
        case
            when dated.result_notified_on <= dated.result_notice_due_on then 'notified'
            when dated.result_notified_on > dated.result_notice_due_on then 'notified_late'
            when as_of.as_of_date < dated.result_notice_due_on then 'due'
            else 'overdue'
        end as status
    from dated
    cross join as_of

)

select * from judged
