-- Personal coupons: those used in orders, and those handed out.
create table shop_coupons as
select
    coupon_code,
    customer_id,
    case when campaign_number = 6 then 'price_hesitant_coupon' end as campaign_id,
    coupon_kind as kind,
    coupon_value as value,
    0 as min_order_amount,
    issued_at,
    issued_at + interval 30 day as expires_at,
    ordered_at as redeemed_at,
    order_id as redeemed_order_id,
from (
    select
        *,
        ordered_at
        - to_seconds(7200 + floor(86400 * 20 * draw(key, 'issued'))::integer) as issued_at,
        case when key % 4096 between 2300 and 2400 then (key % 4096) - 2300 end as campaign_number,
    from shop_orders
    where coupon_code like 'K%'
) as used
union all
select
    'OPEN' || upper(coupon_kind) || coupon_value as coupon_code,
    null as customer_id,
    null as campaign_id,
    coupon_kind as kind,
    coupon_value as value,
    10000 as min_order_amount,
    day_start(0) as issued_at,
    null as expires_at,
    null as redeemed_at,
    null as redeemed_order_id,
from (
    select distinct coupon_kind, coupon_value from shop_orders where coupon_code like 'OPEN%'
) as open_codes
union all
select
    printf('W%06d', person) as coupon_code,
    customer_id,
    'welcome' as campaign_id,
    'amount' as kind,
    3000 as value,
    20000 as min_order_amount,
    signed_up_at as issued_at,
    signed_up_at + interval 30 day as expires_at,
    null as redeemed_at,
    null as redeemed_order_id,
from accounts
where account_kind = 'C' and opened_day >= 0 and draw(person, 'welcome coupon') < 0.35
union all
-- Handed out four weeks before the end: these are about to end.
select
    printf('B%06d', person) as coupon_code,
    customer_id,
    'winback' as campaign_id,
    'percent' as kind,
    10 as value,
    30000 as min_order_amount,
    day_start(getvariable('days') - 28) + interval 10 hour as issued_at,
    day_start(getvariable('days') + 1 + floor(3 * draw(person, 'ends'))::integer)
    - interval 1 second as expires_at,
    null as redeemed_at,
    null as redeemed_order_id,
from accounts
where
    account_kind = 'C'
    and opened_day < getvariable('days') - 28
    and draw(person, 'last coupon') < 0.035;

-- Points: 2 % of an order, valid for a year; each lot is spent whole, or expires whole, or is left.
create table point_entries as
with
lots as (
    select
        order_id as lot,
        key,
        customer_id,
        order_id,
        greatest(10, floor((gross_amount - discount_amount) * 0.02)::bigint) as points,
        ordered_at as earned_at,
    from shop_orders
    where
        customer_id is not null
        and sales_channel <> 'marketplace'
        and status in ('delivered', 'shipped', 'paid')
    union all
    select 'J' || customer_id, person, customer_id, null, 2000, signed_up_at
    from accounts
    where account_kind = 'C' and opened_day >= -300
),
fated as (
    select
        *,
        earned_at + interval 365 day as expires_at,
        case
            when draw(key, 'points spent') < 0.3
                then
                    earned_at
                    + to_seconds(86400 + floor(86400 * 200 * draw(key, 'points spent at'))::integer)
        end as spent_at,
    from lots
)
select
    'E' || lot as entry_id,
    customer_id,
    'earn' as kind,
    points,
    earned_at as occurred_at,
    expires_at,
    order_id,
from fated
union all
select 'U' || lot, customer_id, 'spend', points, spent_at, null, null
from fated
where spent_at < sample_end()
union all
select 'X' || lot, customer_id, 'expire', points, expires_at, null, null
from fated
where expires_at < sample_end() and spent_at is null
union all
select
    'A' || customer_id, customer_id, 'adjust', 500, day_start(getvariable('days') // 2), null, null
from accounts
where
    account_kind = 'C'
    and opened_day < getvariable('days') // 2
    and draw(person, 'goodwill') < 0.01;

create table shop_tickets as
with
askers as (
    select
        printf('T%010X', (key * 1000003) % 1099511627776) as ticket_id,
        key,
        customer_id,
        person,
        ordered_at + to_seconds(floor(86400 * 9 * draw(key, 'ticket at'))::integer) as opened_at,
        pick(
            ['delivery', 'delivery', 'exchange', 'refund', 'product', 'complaint', 'points'],
            draw(key, 'ticket category')
        ) as category,
        1 + 90 * pow(draw(key, 'ticket takes'), 3) as hours,
        draw(key, 'ticket open') < 0.06 as stays_open,
    from shop_orders
    where draw(key, 'ticket') < 0.09
    union all
    -- Complaints of the last days, most of them resolved.
    select
        printf('T%06d', person),
        person,
        customer_id,
        person,
        sample_end()
        - to_seconds(86400 + floor(86400 * 4 * draw(person, 'late ticket at'))::integer),
        'complaint',
        6 + 15 * draw(person, 'late ticket takes'),
        draw(person, 'late ticket open') < 0.2
    from accounts
    where account_kind = 'C' and opened_day between 0 and getvariable('days') - 10
        and draw(person, 'late ticket') < 0.014
),
answered as (
    select
        *,
        case when not stays_open then opened_at + to_seconds(floor(3600 * hours)::integer) end
            as closing_at,
        case
            when category = 'complaint' then 'negative'
            when draw(key, 'sentiment') < 0.3 then 'negative'
            when draw(key, 'sentiment') < 0.8 then 'neutral'
            else 'positive'
        end as sentiment,
    from askers
    where opened_at < sample_end()
)
select
    *,
    case when closing_at < sample_end() then closing_at end as resolved_at,
    case
        when not stays_open and opened_at + to_seconds(floor(900 * hours)::integer) < sample_end()
            then opened_at + to_seconds(floor(900 * hours)::integer)
    end as first_replied_at,
from answered;

create table survey_replies as
with
asked as (
    select
        shop_orders.key,
        shop_orders.customer_id,
        questions.question_code,
        questions.number,
        people.satisfaction,
        shop_orders.ordered_at
        + interval 8 day
        + to_seconds(
            floor(86400 * draw(shop_orders.key, 'answered'))::integer + questions.number * 20
        ) as answered_at,
    from shop_orders
    inner join people on shop_orders.person = people.person
    cross join (
        values (1, 'nps'), (2, 'product_quality'), (3, 'delivery'), (4, 'price')
    ) as questions (number, question_code)
    where
        shop_orders.customer_id like 'C%'
        and shop_orders.status = 'delivered'
        and draw(shop_orders.key, 'survey') < 0.10
)
select
    printf('A%010X-%d', (key * 1000003) % 1099511627776, number) as answer_id,
    customer_id,
    'after_delivery' as survey_id,
    question_code,
    case
        when question_code = 'nps'
            then
                least(
                    10,
                    floor(
                        11 * pow(0.65 * satisfaction + 0.35 * draw(key * 8 + number, 'score'), 0.5)
                    )
                )
        else 1 + floor(5 * pow(0.5 * satisfaction + 0.5 * draw(key * 8 + number, 'score'), 0.6))
    end::integer as score,
    answered_at,
from asked
where answered_at < sample_end();
