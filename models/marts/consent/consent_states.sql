with states as (

    select * from {{ ref('int_consent_states') }}

),

open_suppressions as (

    select * from {{ ref('int_open_suppressions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

dated as (

    select
        *,
        case
            when is_granted and purpose in ('marketing', 'night')
                then {{ add_months(
                    local_date('coalesce(reconfirmed_at, granted_at)'),
                    12 * (var('consent_notice_years') | int)
                ) }}
        end as notice_due_on,
        case
            when not is_granted
                then {{ add_days(local_date('changed_at'), var('refusal_pause_days')) }}
        end as may_be_asked_again_on
    from states

),

judged as (

    select
        dated.customer_id,
        dated.channel,
        dated.purpose,
        case
            when dated.is_granted then 'granted'
            when dated.withdrawn_grant_at is not null then 'withdrawn'
            when dated.answered_in = 'message_events' then 'withdrawn'
            else 'refused'
        end as state,
        dated.is_granted,
        dated.changed_at,
        dated.source,
        dated.answered_in,
        coalesce(dated.granted_at, dated.withdrawn_grant_at) as granted_at,
        dated.reconfirmed_at,
        dated.notice_due_on,
        coalesce(dated.notice_due_on <= as_of.as_of_date, false) as is_notice_overdue,
        coalesce(
            dated.notice_due_on > as_of.as_of_date
            and dated.notice_due_on <= {{ add_days('as_of.as_of_date', 30) }},
            false
        ) as is_notice_due_soon,
        dated.may_be_asked_again_on,
        open_suppressions.customer_id is not null as is_suppressed,
        open_suppressions.reason as suppression_reason
    from dated
    cross join as_of
    left join open_suppressions
        on
            dated.customer_id = open_suppressions.customer_id
            and dated.channel = open_suppressions.channel

)

select * from judged
