-- Messages to people of treated arms and newsletters, all with consent at the time; and review
-- requests, which are information.
create table sent_messages as
with
wishes as (
    select
        person,
        campaign_id,
        arm,
        first_channel,
        -- a welcome is said the next morning, anything else at once
        case
            when campaign_id = 'welcome'
                then date_trunc('day', assigned_at + interval 9 hour) + interval 25 hour
            else assigned_at + interval 20 minute
        end as wished_at,
        campaign_number as number,
        true as is_ad,
    from assignments
    where arm <> 'control'
    union all
    select
        people.person,
        'new_arrival' as campaign_id,
        null as arm,
        pick(
            ['email', 'kakao', 'push'],
            draw(people.person * 64 + months.range, 'newsletter channel')
        ) as first_channel,
        day_start(months.range * 30 + 14)
        + interval 11 hour
        + to_seconds(people.person % 3600) as wished_at,
        10 + months.range as number,
        true as is_ad,
    from people
    inner join range(getvariable('days') // 30) as months
        on months.range * 30 + 14 between people.start_day + 1 and people.left_day + 200
    where people.is_member and draw(people.person * 64 + months.range, 'newsletter') < 0.34
    union all
    select
        person,
        'review_request',
        null,
        'kakao',
        ordered_at + interval 10 day,
        100 + (key % 4096),
        false,
    from shop_orders
    where
        status = 'delivered'
        and not is_guest
        and sales_channel in ('web', 'app')
        and draw(key, 'review request') < 0.5
),
awake as (
    select
        *,
        case
            when hour(wished_at + interval 9 hour) >= 20
                then date_trunc('day', wished_at + interval 9 hour) + interval 25 hour
            when hour(wished_at + interval 9 hour) < 9
                then date_trunc('day', wished_at + interval 9 hour) + interval 1 hour
            else wished_at
        end as sent_at,
    from wishes
),
allowed as (
    select
        awake.*,
        list_filter(
            list_filter(
                [first_channel, 'kakao', 'email', 'sms', 'push'],
                lambda channel: case channel
                    when 'email' then agrees_email
                    when 'sms' then agrees_sms
                    when 'push' then agrees_push
                    when 'kakao' then agrees_kakao and is_kakao_friend
                end
            ),
            lambda channel: withdrawn_channel is null
                or day_of(sent_at) < withdrawn_day
                or withdrawn_channel not in (channel, 'all')
        ) as channels,
    from awake
    inner join consent_choices using (person)
    where sent_at < sample_end() - interval 3 hour
)
select
    person * 8192 + number as key,
    printf('m%010x', ((person * 8192 + number) * 1000003) % 1099511627776) as message_id,
    person,
    campaign_id,
    printf('C%06d', person) as customer_id,
    case when is_ad then channels[1] else 'kakao' end as channel,
    sent_at,
    arm as variant,
    case
        when not is_ad then 8
        when channels[1] = 'email' then 1
        when channels[1] = 'sms' then 33
        when channels[1] = 'kakao' then 23
        else 0
    end as cost,
    is_ad,
from allowed
where len(channels) > 0 or not is_ad;

-- Contacts that bounced for good, complained or left.
create table suppressed_contacts as
select
    case
        when draw(person, 'suppressed') < 0.02 then accounts.email
        when draw(person, 'suppressed') < 0.023 then accounts.customer_id
        when draw(person, 'suppressed') < 0.045 then coalesce(accounts.email, accounts.customer_id)
        else coalesce('+8210' || accounts.phone_digits, accounts.customer_id)
    end as contact,
    case
        when draw(person, 'suppressed') < 0.02 then 'email'
        when draw(person, 'suppressed') < 0.023 then 'push'
        when draw(person, 'suppressed') < 0.045 then 'email'
        else 'sms'
    end as channel,
    case
        when draw(person, 'suppressed') < 0.02 then 'hard_bounce'
        when draw(person, 'suppressed') < 0.026 then 'complaint'
        when draw(person, 'suppressed') < 0.052 then 'unsubscribed'
        else 'manual'
    end as reason,
    person,
    suppressed_at,
    case
        when draw(person, 'lifted') < 0.12 and suppressed_at + interval 40 day < sample_end()
            then suppressed_at + interval 40 day
    end as lifted_at,
from (
    select
        *,
        day_start(
            greatest(1, opened_day + 1)
            + floor(
                (getvariable('days') - greatest(1, opened_day + 1)) * draw(person, 'suppressed at')
            )::integer
        )
        + interval 10 hour as suppressed_at,
    from accounts
    where account_kind = 'C' and opened_day < getvariable('days') - 2
) as accounts
where draw(person, 'suppressed') < 0.055
    and not (draw(person, 'suppressed') < 0.02 and accounts.email is null)
    and coalesce(phone_digits, '') <> shop_phone_digits();

-- Message events: a list per message, then one row each.
create table message_history as
with
described as (
    select
        sent_messages.*,
        coalesce(
            suppressed_contacts.reason = 'hard_bounce' and sent_messages.channel = 'email', false
        ) as bounces,
        draw(key, 'opened')
        < case sent_messages.channel
            when 'email' then 0.28 when 'push' then 0.12 when 'kakao' then 0.5 else 0
        end as is_opened,
        draw(key, 'clicked')
        < case sent_messages.channel
            when 'email' then 0.05 when 'push' then 0.08 when 'kakao' then 0.11 else 0.04
        end as is_clicked,
    from sent_messages
    left join suppressed_contacts on sent_messages.person = suppressed_contacts.person
),
listed as (
    select
        message_id,
        key,
        sent_at,
        channel,
        unnest(
            case
                when bounces then ['bounced']
                when draw(key, 'failed') < 0.015 then ['failed']
                else ['delivered']
                || case
                    when is_opened or (is_clicked and channel <> 'sms') then ['opened'] else []
                end
                || case when is_clicked then ['clicked'] else [] end
                || case
                    when is_ad and draw(key, 'unsubscribes') < 0.004 then ['unsubscribed'] else []
                end
                || case
                    when
                        is_ad and channel = 'email' and draw(key, 'complains') < 0.001
                        then ['complained'] else []
                end
            end
        ) as event_name,
    from described
)
select
    message_id,
    event_name,
    sent_at + to_seconds(case event_name
        when 'opened' then 60 + floor(6000 * pow(draw(key, 'opened after'), 3))::integer
        when 'clicked' then 6100 + floor(600 * draw(key, 'clicked after'))::integer
        when 'unsubscribed' then 6800
        when 'complained' then 6900
        else 2 + floor(6 * draw(key, 'delivered after'))::integer
    end) as occurred_at,
    case when event_name = 'clicked' then 'https://shop.example.com/' || channel end as url,
from listed;
