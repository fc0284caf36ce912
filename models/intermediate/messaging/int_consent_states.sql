with consent_answers as (

    select * from {{ ref('int_consent_answers') }}

),

ranked as (

    select
        customer_id,
        channel,
        purpose,
        is_granted,
        changed_at,
        answered_in,
        source,
        row_number() over (
            partition by customer_id, channel, purpose
            order by
                changed_at desc,
                case when is_granted then 1 else 0 end asc,
                answered_in asc,
                case when source is null then 1 else 0 end asc,
                source asc,
                account_id asc,
                named_channel asc
        ) as answer_number
    from consent_answers

),

latest as (

    select *
    from ranked
    where answer_number = 1

),

dated as (

    select
        latest.customer_id,
        latest.channel,
        latest.purpose,
        max(
            case
                when consent_answers.is_granted and consent_answers.changed_at < latest.changed_at
                    then consent_answers.changed_at
            end
        ) as previously_granted_at,
        max(
            case
                when consent_answers.reconfirmed_at >= latest.changed_at
                    then consent_answers.reconfirmed_at
            end
        ) as reconfirmed_at
    from latest
    inner join consent_answers
        on
            latest.customer_id = consent_answers.customer_id
            and latest.channel = consent_answers.channel
            and latest.purpose = consent_answers.purpose
    group by latest.customer_id, latest.channel, latest.purpose

),

states as (

    select
        latest.customer_id,
        latest.channel,
        latest.purpose,
        latest.is_granted,
        latest.changed_at,
        latest.answered_in,
        latest.source,
        case when latest.is_granted then latest.changed_at end as granted_at,
        case when latest.is_granted then dated.reconfirmed_at end as reconfirmed_at,
        case when not latest.is_granted then dated.previously_granted_at end as withdrawn_grant_at
    from latest
    inner join dated
        on
            latest.customer_id = dated.customer_id
            and latest.channel = dated.channel
            and latest.purpose = dated.purpose

)

select * from states
