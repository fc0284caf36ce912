-- Campaigns with arms. The planted lift is the chance that a person of the arm, after being
-- assigned, makes one order more within four days.
create table campaigns as
select * from (
    values
    (1, 'welcome', 'kakao', 'a', 0.06, 0.9),
    (1, 'welcome', 'kakao', 'b', 0.12, 0.9),
    (2, 'cart_abandonment', 'push', 'a', 0.10, 0.8),
    (2, 'cart_abandonment', 'push', 'b', 0.10, 0.8),
    (3, 'second_purchase', 'email', 'a', 0.08, 0.7),
    (4, 'winback', 'sms', 'a', 0.03, 0.6),
    (4, 'winback', 'sms', 'b', 0.07, 0.6),
    (5, 'back_in_stock', 'push', 'a', 0.15, 0.2),
    (6, 'price_hesitant_coupon', 'kakao', 'coupon_amount', 0.10, 0.9),
    (6, 'price_hesitant_coupon', 'kakao', 'coupon_percent', 0.22, 0.9),
    (7, 'vip_early_access', 'email', 'a', 0.00, 0.8)
) as rows (campaign_number, campaign_id, first_channel, arm, lift, assigned_share);

create table assignments as
with
first_orders as (
    select person, min(started_at) as ordered_at,
    from visits
    where is_order and visit_kind = 'online' and is_member
    group by person
),
first_carts as (
    select person, min(started_at) as carted_at,
    from visits
    where not is_order and line_count > 0 and is_member and known_by <> 'unknown'
    group by person
),
triggers as (
    select
        people.person,
        1 as campaign_number,
        accounts.signed_up_at + interval 10 minute as triggered_at,
    from people
    inner join accounts on people.person = accounts.person and accounts.account_kind = 'C'
    where people.joined_day >= 0
    union all
    select person, 2, carted_at + interval 3 hour from first_carts
    union all
    select person, 3, ordered_at + interval 20 day from first_orders
    union all
    select person, 4, day_start(left_day + 75) + interval 10 hour from people where is_member
    union all
    select
        person,
        5,
        day_start(
            start_day
            + 3
            + floor((left_day - start_day) * draw(person, 'back in stock at'))::integer
        )
        + interval 12 hour
    from people where is_member
    union all
    select person, 6, day_start((start_day + left_day) // 2 + 1) + interval 9 hour
    from people where is_member and is_price_hesitant
    union all
    select person, 7, day_start(getvariable('days') - 40) + interval 11 hour
    from people
    where
        is_member
        and buy_share > 0.3
        and left_day >= getvariable('days') - 60
        and start_day < getvariable('days') - 90
),
arms as (
    select
        campaign_number,
        any_value(campaign_id) as campaign_id,
        any_value(first_channel) as first_channel,
        any_value(assigned_share) as assigned_share,
        list(arm order by arm) as arms,
        list(lift order by arm) as lifts,
    from campaigns
    group by campaign_number
),
placed as (
    select
        triggers.*,
        arms.* exclude (campaign_number),
        draw(person * 16 + triggers.campaign_number, 'arm') as arm_share,
    from triggers
    inner join arms on triggers.campaign_number = arms.campaign_number
    where
        triggers.triggered_at < sample_end()
        and triggers.triggered_at >= day_start(0)
        and draw(person * 16 + triggers.campaign_number, 'assigned') < arms.assigned_share
)
select
    person,
    campaign_number,
    campaign_id,
    first_channel,
    triggered_at as assigned_at,
    case when arm_share < 0.2 then 'control' else pick(arms, (arm_share - 0.2) / 0.8) end as arm,
    case when arm_share < 0.2 then 0 else pick(lifts, (arm_share - 0.2) / 0.8) end as lift,
    printf('C%06d', person) as customer_id,
from placed;

insert into visit_plans
select
    person,
    2300 + campaign_number,
    'online',
    day_of(assigned_at)
    + 1
    + floor(3 * draw(person * 16 + campaign_number, 'lifted day'))::integer as lifted_day,
    true,
    campaign_id = 'price_hesitant_coupon',
    campaign_number,
from assignments
where
    draw(person * 16 + campaign_number, 'lifted') < lift
    and day_of(assigned_at) + 4 < getvariable('days');

insert into visits
select * from described_visits;
drop table visit_plans cascade;
