with consent_answers as (

    select * from {{ ref('int_consent_answers') }}

),

address_refusals as (

    select * from {{ ref('int_address_refusals') }}

),

answers as (

    select
        customer_id,
        account_id,
        channel,
        named_channel,
        purpose,
        is_granted,
        changed_at,
        answered_in,
        source,
        reconfirmed_at
    from consent_answers
    union all
    select
        customer_id,
        account_id,
        channel,
        channel as named_channel,
        purpose,
        false as is_granted,
        changed_at,
        'message_events' as answered_in,
        source,
        cast(null as timestamp) as reconfirmed_at
    from address_refusals

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
    from answers

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
                when answers.is_granted and answers.changed_at < latest.changed_at
                    then answers.changed_at
            end
        ) as previously_granted_at,
        max(
            case
                when answers.reconfirmed_at >= latest.changed_at
                    then answers.reconfirmed_at
            end
        ) as reconfirmed_at
    from latest
    inner join answers
        on
            latest.customer_id = answers.customer_id
            and latest.channel = answers.channel
            and latest.purpose = answers.purpose
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
