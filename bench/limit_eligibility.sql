-- audiences.campaign_eligibility by hand, after limit.sql in the same session. Two of its inputs are
-- taken from the finished build, since they stand for about fifty models of their own: who is in
-- which campaign today (audiences.campaign_members), and what is wrong with a text
-- (audiences.campaign_texts). All that the ledger decides itself is worked out here from the raw
-- files: addresses, suppressions, consents and withdrawals, complaints, best hours, nights, arms,
-- hold-outs, cooling down, frequency caps, priorities and channels.
--
-- Its short cuts: the defaults of all variables, one time zone (Seoul), and of each reason why not
-- only whether it holds. Variables set before, besides those of limit.sql: none; the build is
-- attached as `build`.

set variable plan_begins = (getvariable('as_of') + 1)::timestamp - interval 9 hour;

create temp table channels as
select unnest(['email', 'sms', 'push', 'kakao']) as channel;

create temp table campaign_rules as
from read_csv(
    getvariable('seeds') || '/campaigns.csv',
    header = true,
    types = {'send_time': 'varchar', 'holdout_share': 'decimal(19, 6)'}
);

create macro bucket(scope, person) as
    ('0x' || md5('dangol|' || scope || '|' || person)[:8])::bigint % 1000000;

---------------------------------------------------------------------------- who may be written to

create temp table profiles as
with
ranked as (
    select
        customer_map.person_id,
        given_customers.is_kakao_friend,
        given_customers.guardian_verified,
        row_number() over (
            partition by customer_map.person_id
            order by
                given_customers.updated_at desc nulls last,
                given_customers.customer_id = customer_map.person_id desc,
                given_customers.customer_id asc
        ) as newness,
    from given_customers
    inner join customer_map on given_customers.customer_id = customer_map.customer_id
),
recorded as (
    select
        person_id,
        min_by(is_kakao_friend, newness) filter (is_kakao_friend is not null) as is_kakao_friend,
        bool_or(guardian_verified) as is_guardian_verified,
    from ranked
    group by person_id
)
select
    customers.customer_id,
    customers.email,
    customers.phone_e164,
    customers.birth_date,
    coalesce(recorded.is_guardian_verified, false) as is_guardian_verified,
    coalesce(recorded.is_kakao_friend, false) as is_kakao_friend,
from limit_marts.customers
left join recorded on customers.customer_id = recorded.person_id;

create temp table reachable as
with
newest_devices as (
    select *
    from read_parquet(getvariable('raw') || '/devices/*.parquet')
    where trim(push_token) <> ''
    -- of two deliveries that are equally new the one that is off counts
    qualify
        row_number() over (
            partition by device_id order by last_seen_at desc nulls last, coalesce(is_push_enabled, false) asc
        ) = 1
),
-- a token belongs to the account seen with it last, known or not
holders as (
    select customer_map.person_id, devices.is_push_enabled
    from newest_devices as devices
    left join customer_map on devices.customer_id = customer_map.customer_id
    qualify
        row_number() over (
            partition by devices.push_token
            order by devices.last_seen_at desc nulls last, devices.device_id asc
        ) = 1
),
mobiles as (
    select customer_id from profiles where regexp_matches(phone_e164, '^[+]8210[0-9]{8}$')
)
select customer_id, 'email' as channel
from profiles
where
    length(email) <= 254
    and not regexp_matches(email, '[^!-~]')
    and regexp_matches(
        email,
        '^[a-z0-9_][a-z0-9_''%&+-]*([.][a-z0-9_''%&+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]{2,24}$'
    )
    and not regexp_matches(email, '^[^@]{65}')
union all
select customer_id, unnest(['sms', 'kakao']) from mobiles
union all
select distinct person_id, 'push' from holders where is_push_enabled and person_id is not null;

create temp table suppressed as
with
open_suppressions as (
    select
        contact,
        lower(trim(contact)) as email,
        '+82' || right(regexp_replace(contact, '[^0-9]', '', 'g'), 10) as phone_e164,
        channel,
        reason = 'hard_bounce' as needs_use,
    from read_parquet(getvariable('raw') || '/suppressions/*.parquet')
    where
        lifted_at is null
        or utc(lifted_at) >= getvariable('plan_begins')
        or utc(lifted_at) < utc(suppressed_at)
),
addresses as (
    select customer_id, 'email' as kind, email as address, true as is_in_use from profiles
    union all
    select customer_id, 'phone', phone_e164, true from profiles
    union all
    select customer_map.person_id, 'email', given_customers.email, false
    from given_customers
    inner join customer_map on given_customers.customer_id = customer_map.customer_id
    union all
    select customer_map.person_id, 'phone', given_customers.phone, false
    from given_customers
    inner join customer_map on given_customers.customer_id = customer_map.customer_id
    union all
    select customer_map.person_id, 'email', given_orders.email, false
    from given_orders
    inner join customer_map on given_orders.raw_customer_id = customer_map.customer_id
    union all
    select customer_map.person_id, 'phone', given_orders.phone, false
    from given_orders
    inner join customer_map on given_orders.raw_customer_id = customer_map.customer_id
    union all
    select person_id, 'customer_id', customer_id, true from customer_map
),
named as (
    select 'email' as kind, email as address, channel, needs_use
    from open_suppressions
    where contact like '%@%'
    union all
    select 'phone', phone_e164, channel, needs_use
    from open_suppressions
    where regexp_matches(contact, '^[+0-9 ().-]+$')
    union all
    select 'customer_id', contact, channel, needs_use from open_suppressions
)
select distinct addresses.customer_id, channels.channel,
from named
inner join addresses on named.kind = addresses.kind and named.address = addresses.address
inner join channels on named.channel in (channels.channel, 'all')
where addresses.is_in_use or not named.needs_use;

---------------------------------------------------------------------------------- what was agreed

create temp table sent as
select
    messages.message_id,
    customer_map.person_id as customer_id,
    messages.campaign_id,
    messages.channel,
    messages.sent_at,
    coalesce(messages.is_ad, campaign_rules.is_ad, true) as is_ad,
from read_parquet(getvariable('raw') || '/messages/*.parquet') as messages
inner join customer_map on messages.customer_id = customer_map.customer_id
left join campaign_rules on messages.campaign_id = campaign_rules.campaign_id;

create temp table consented as
with
answers as (
    select customer_map.person_id as customer_id, consents.channel, consents.purpose, consents.is_granted, consents.changed_at
    from read_parquet(getvariable('raw') || '/consents/*.parquet') as consents
    inner join customer_map on consents.customer_id = customer_map.customer_id
    where consents.purpose in ('marketing', 'night')
    union all
    select sent.customer_id, sent.channel, 'marketing', false, message_events.occurred_at
    from read_parquet(getvariable('raw') || '/message_events/*.parquet') as message_events
    inner join sent on message_events.message_id = sent.message_id
    where message_events.event_name in ('unsubscribed', 'complained')
)
select
    answers.customer_id,
    channels.channel,
    answers.purpose,
    -- of two answers at one time the refusal counts
    max_by(answers.is_granted, {'changed_at': answers.changed_at, 'is_refusal': not answers.is_granted})
        as is_granted,
from answers
inner join channels on answers.channel in (channels.channel, 'all')
group by answers.customer_id, channels.channel, answers.purpose;

create temp table ticket_holders as
select
    customer_map.person_id as customer_id,
    bool_or(lower(tickets.category) = 'erasure') as is_erased,
    bool_or(
        (lower(tickets.category) = 'complaint' or lower(tickets.sentiment) = 'negative') and tickets.resolved_at is null
    ) as has_open_complaint,
from read_parquet(getvariable('raw') || '/tickets/*.parquet') as tickets
inner join customer_map on tickets.customer_id = customer_map.customer_id
group by customer_map.person_id;

-- the local hour of most visits, opens and clicks of the last 180 days, where there are five or more
create temp table best_hours as
with
moments as (
    select customer_id, started_at as seen_at
    from limit_marts.sessions
    where customer_id is not null and started_at >= getvariable('plan_begins') - interval 180 day
    union all
    select sent.customer_id, utc(message_events.occurred_at)
    from read_parquet(getvariable('raw') || '/message_events/*.parquet') as message_events
    inner join sent on message_events.message_id = sent.message_id
    where
        message_events.event_name in ('opened', 'clicked')
        and utc(message_events.occurred_at) >= getvariable('plan_begins') - interval 180 day
),
counted as (
    select customer_id, ((epoch_us(seen_at) // 3600000000 + 9) % 24)::integer as local_hour, count(*) as moments
    from moments
    group by customer_id, local_hour
)
select customer_id, max_by(local_hour, {'moments': moments, 'earlier': -local_hour}) as best_hour,
from counted
group by customer_id
having sum(moments) >= 5;

------------------------------------------------------------------------------------ what was sent

create temp table last_sends as
select campaign_id, customer_id, utc(max(sent_at)) as last_sent_at
from sent
group by campaign_id, customer_id;

-- the message that fills a cap fills it until it leaves the window
create temp table cap_releases as
with
caps as (
    from read_csv(getvariable('seeds') || '/frequency_caps.csv', header = true)
),
numbered as (
    select
        customer_id,
        channel,
        sent_at,
        row_number() over (partition by customer_id order by sent_at desc, message_id desc) as number_of_all,
        row_number() over (
            partition by customer_id, channel order by sent_at desc, message_id desc
        ) as number_of_channel,
    from sent
    where is_ad and utc(sent_at) > getvariable('plan_begins') - interval 1 day * (select max(days) from caps)
)
select
    numbered.customer_id,
    channels.channel,
    max(utc(numbered.sent_at) + interval 1 day * caps.days) as released_at,
from numbered
inner join caps
    on
        (caps.channel = 'all' and numbered.number_of_all = caps.max_messages)
        or (caps.channel = numbered.channel and numbered.number_of_channel = caps.max_messages)
inner join channels on caps.channel in (channels.channel, 'all')
group by numbered.customer_id, channels.channel;

create temp table recorded_arms as
with
known as (
    select assignments.campaign_id, customer_map.person_id as customer_id, assignments.assigned_at,
        if(lower(assignments.arm) = 'control', 'control', assignments.arm) as arm,
        assignments.customer_id as account_id,
    from read_parquet(getvariable('raw') || '/assignments/*.parquet') as assignments
    inner join customer_map on assignments.customer_id = customer_map.customer_id
)
select
    campaign_id,
    customer_id,
    min_by(
        arm, {'is_treated': arm <> 'control', 'assigned_at': assigned_at, 'account_id': account_id}
    ) as arm,
from known
group by campaign_id, customer_id;

-------------------------------------------------------------------------------------- the verdict

create table limit_marts.campaign_eligibility as
with
members as (
    select
        members.campaign_id,
        members.customer_id,
        campaign_rules.is_ad,
        campaign_rules.priority,
        campaign_rules.cooldown_days,
        campaign_rules.send_time,
        string_split(campaign_rules.channels, '|') as channels,
        -- information is nobody's experiment
        campaign_rules.is_ad
        and coalesce(
            recorded_arms.arm = 'control',
            bucket('campaign:' || members.campaign_id, members.customer_id)
            < (campaign_rules.holdout_share * 1000000)::bigint
        ) as is_control,
        campaign_rules.is_ad and bucket('shop', members.customer_id) < 50000 as is_in_global_holdout,
    from build.audiences.campaign_members as members
    inner join campaign_rules on members.campaign_id = campaign_rules.campaign_id
    left join recorded_arms
        on members.campaign_id = recorded_arms.campaign_id and members.customer_id = recorded_arms.customer_id
),
planned as (
    select
        * exclude (channels),
        unnest(channels) as channel,
        generate_subscripts(channels, 1) as channel_place,
    from members
),
-- the minute of the day after the as-of day at which a message goes out
timed as (
    select
        planned.*,
        profiles.birth_date,
        profiles.is_guardian_verified,
        profiles.is_kakao_friend,
        coalesce(
            60 * best_hours.best_hour,
            60 * planned.send_time[1:2]::integer + planned.send_time[4:5]::integer
        ) as wished_minute,
        case
            when not planned.is_ad or planned.channel = 'email' then 1440
            when planned.channel = 'kakao' then 1250
            when coalesce(nights.is_granted, false) then 1440
            else 1260
        end as night_begins,
    from planned
    inner join profiles on planned.customer_id = profiles.customer_id
    left join best_hours on planned.customer_id = best_hours.customer_id
    left join consented as nights
        on
            planned.customer_id = nights.customer_id
            and planned.channel = nights.channel
            and nights.purpose = 'night'
),
scheduled as (
    select
        *,
        getvariable('plan_begins') + to_minutes(
            case
                when night_begins < 1440 and (wished_minute >= night_begins or wished_minute < 480) then 480
                else wished_minute
            end
        ) as planned_at,
        -- the birthday counts
        (strftime(getvariable('as_of') + 1, '%Y%m%d')::integer - strftime(birth_date, '%Y%m%d')::integer) < 140000
        and not is_guardian_verified as is_under_age,
    from timed
),
judged as (
    select
        scheduled.campaign_id,
        scheduled.customer_id,
        scheduled.channel,
        scheduled.channel_place,
        scheduled.priority,
        scheduled.planned_at,
        case when scheduled.is_ad then 'advertising' else scheduled.campaign_id end as slot,
        case
            when ticket_holders.is_erased then 1
            when scheduled.is_under_age then 2
            when reachable.customer_id is null then 3
            when scheduled.is_ad and scheduled.channel = 'kakao' and not scheduled.is_kakao_friend then 3
            when suppressed.customer_id is not null then 4
            when not scheduled.is_ad then null
            when not coalesce(marketing.is_granted, false) then 5
            when ticket_holders.has_open_complaint then 7
            when scheduled.planned_at < last_sends.last_sent_at + interval 1 day * scheduled.cooldown_days then 8
            when scheduled.planned_at < cap_releases.released_at then 9
            when scheduled.is_in_global_holdout then 10
            when scheduled.is_control then 11
        end as own_rule,
        not scheduled.is_control and (texts.campaign_id is null or texts.problem is not null) as has_text_problem,
    from scheduled
    left join ticket_holders on scheduled.customer_id = ticket_holders.customer_id
    left join reachable
        on scheduled.customer_id = reachable.customer_id and scheduled.channel = reachable.channel
    left join suppressed
        on scheduled.customer_id = suppressed.customer_id and scheduled.channel = suppressed.channel
    left join consented as marketing
        on
            scheduled.customer_id = marketing.customer_id
            and scheduled.channel = marketing.channel
            and marketing.purpose = 'marketing'
    left join last_sends
        on scheduled.customer_id = last_sends.customer_id and scheduled.campaign_id = last_sends.campaign_id
    left join cap_releases
        on scheduled.customer_id = cap_releases.customer_id and scheduled.channel = cap_releases.channel
    left join build.audiences.campaign_texts as texts
        on
            scheduled.customer_id = texts.customer_id
            and scheduled.campaign_id = texts.campaign_id
            and scheduled.channel = texts.channel
),
winners as (
    select
        customer_id,
        slot,
        min({'priority': priority, 'campaign_id': campaign_id, 'channel_place': channel_place}) as winner,
    from judged
    where own_rule is null and not has_text_problem
    group by customer_id, slot
),
ruled as (
    select
        judged.*,
        case
            when own_rule is not null then own_rule
            when (judged.priority, judged.campaign_id) > (winners.winner.priority, winners.winner.campaign_id) then 12
            when
                judged.campaign_id = winners.winner.campaign_id
                and judged.channel_place > winners.winner.channel_place
                then 13
            when has_text_problem then 14
        end as rule_number,
    from judged
    left join winners on judged.customer_id = winners.customer_id and judged.slot = winners.slot
)
select
    campaign_id,
    customer_id,
    channel,
    rule_number is null as is_eligible,
    case
        when rule_number is null then 'eligible'
        else [
            'erased', 'under_age', 'no_contact', 'suppressed', 'no_consent', 'consent_unconfirmed',
            'open_complaint', 'cooling_down', 'frequency_cap', 'global_holdout', 'campaign_holdout',
            'lower_priority', 'lower_channel', 'text_incomplete'
        ][rule_number]
    end as reason_code,
    case when rule_number is null then planned_at end as send_at,
    rule_number::integer as rule_number,
from ruled;
