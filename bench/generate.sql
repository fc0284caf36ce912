-- The benchmark's shop: people, visits, orders, messages and service of `days` local days, set-based,
-- every draw a hash of the seed, a key and a purpose. It runs after 01_settings.sql and
-- 02_products.sql of the sample (macros, calendar, catalogue), and differs from the sample in what a
-- benchmark needs: ten orders and a hundred events a person, few people who buy much, typed columns,
-- and for every row the moment at which it arrived, so that the last day can be delivered apart.
-- Variables set before: seed, people, days (the next day included), last_day (the next day).

-- The history ends where the next day begins.
create macro history_end() as day_start(getvariable('days') - 1);
create macro session_key(person, visit) as person * 8192 + visit;
create macro customer_number(kind, person) as kind || printf('%07d', person);
-- Skewed activity with mean 1: most people do little, few do very much.
create macro activity(key, purpose) as pow(-ln(1 - draw(key, purpose)), 2) / 2;

create table people as
with
numbered as (
    select
        range::bigint as person,
        range > getvariable('people') as is_visitor,
        draw(range, 'kind') as kind_share,
        draw(range, 'sex') < 0.68 as is_female,
    from range(1, (getvariable('people') * 13) // 10 + 1)
),
described as (
    select
        *,
        not is_visitor and kind_share < 0.86 as is_member,
        not is_visitor and (kind_share < 0.40 or kind_share between 0.86 and 0.92) as has_store_card,
        not is_visitor and (kind_share between 0.40 and 0.44 or kind_share > 0.96) as has_marketplace_account,
        not is_visitor and kind_share between 0.92 and 0.96 as is_guest,
        case
            when draw(person, 'joined early') < 0.35 then -1 - floor(700 * draw(person, 'joined'))
            else floor(getvariable('days') * pow(draw(person, 'joined'), 0.85))
        end::integer as joined_day,
        case
            when draw(person, 'short life') < 0.3 then 1 + 25 * draw(person, 'life')
            else -ln(1 - draw(person, 'life')) * 400
        end as lifetime,
    from numbered
)
select
    * exclude (kind_share, lifetime),
    greatest(0, joined_day)::integer as start_day,
    least(getvariable('days') - 1, greatest(0, joined_day) + floor(lifetime))::integer as left_day,
    case
        when draw(person, 'prospect') < 0.2 and not is_guest then 0
        else least(0.85, 0.22 - 0.25 * ln(1 - draw(person, 'propensity')))
    end as buy_share,
    floor(12 * draw(person, 'favourite category'))::integer as favourite_category,
    draw(person, 'night shopper') < 0.12 as is_night_shopper,
    draw(person, 'app') < 0.48 as has_app,
    draw(person, 'phone') < 0.42 as is_ios,
    pick(
        ['naver|cpc|brand', 'naver|organic|', 'naver|cpc|skincare', 'google|organic|',
         'google|cpc|shopping', 'instagram|paid_social|summer_run', 'instagram|paid_social|glow',
         'kakao|display|bizboard', 'youtube|video|creator', '(direct)|(none)|'],
        pow(draw(person, 'source'), 1.2)
    ) as acquisition,
    pick(['김', '이', '박', '최', '정', '강', '조', '윤', '장', '임'], pow(draw(person, 'surname'), 1.5))
    || case
        when is_female
            then pick(['서연', '민지', '지우', '하은', '수빈', '예린', '지현', '은경'], draw(person, 'given'))
        else pick(['민준', '서준', '도윤', '지훈', '현우', '성민', '준호', '태영'], draw(person, 'given'))
    end as name,
    'u' || printf('%x', person * 7919) || pick(['@example.com', '@example.net', '@example.org'], draw(person, 'provider'))
        as email,
    printf('%08d', (person * 7654321) % 100000000) as phone_digits,
from described;

-- What a person agrees to when joining, and perhaps withdraws.
create table consent_choices as
select
    person,
    draw(person, 'consent e-mail') < 0.74 as agrees_email,
    draw(person, 'consent sms') < 0.66 as agrees_sms,
    draw(person, 'consent push') < 0.80 and has_app as agrees_push,
    draw(person, 'consent kakao') < 0.62 as agrees_kakao,
    draw(person, 'kakao friend') < 0.55 as is_kakao_friend,
    draw(person, 'consent night') < 0.15 as agrees_night,
    case
        when draw(person, 'withdraws') < 0.05 then 'email'
        when draw(person, 'withdraws') < 0.09 then 'sms'
        when draw(person, 'withdraws') < 0.12 then 'all'
    end as withdrawn_channel,
    least(getvariable('days') - 1, start_day + 5 + floor(300 * draw(person, 'withdrawn')))::integer
        as withdrawn_day,
from people
where is_member;

-- One row per customer_id. A store card carries the member's phone or e-mail: identity joins them.
create table accounts as
select
    customer_number('C', person) as customer_id,
    person,
    'C' as account_kind,
    joined_day as opened_day,
    -- within the first visit, or before the history
    case
        when joined_day >= 0
            then visit_time(session_key(person, 0), joined_day, is_night_shopper, false) + interval 3 minute
        else day_start(joined_day) + to_seconds(36000 + floor(36000 * draw(person, 'joined at'))::integer)
    end as signed_up_at,
    case when draw(person, 'no contact') > 0.05 then email end as email,
    case when draw(person, 'no contact') < 0.95 then phone_digits end as phone_digits,
from people
where is_member
union all
select
    customer_number('S', person),
    person,
    'S',
    start_day,
    day_start(start_day) + to_seconds(36000 + floor(30000 * draw(person, 'card at'))::integer),
    case when is_member and draw(person, 'card contact') > 0.6 then email end,
    case when not is_member or draw(person, 'card contact') < 0.9 then phone_digits end,
from people
where has_store_card
union all
-- Marketplace accounts have no record of their own: they appear in orders only.
select customer_number('M', person), person, 'M', start_day, null, null, null
from people
where has_marketplace_account;

-- Visits: bursts of three about one product, more in season. Numbers: 0 the first, 1 to 2000
-- online, 4000 and up in a store or on a marketplace.
create table sessions as
with
season as (
    select avg(weight) as mean_weight from calendar
),
candidates as (
    select
        people.person,
        unnest(range(
            1,
            2 + least(
                1800,
                case
                    when is_visitor then floor(1.2 * activity(person, 'visits'))
                    when is_guest then floor(4 * activity(person, 'visits'))
                    else floor(14 * activity(person, 'visits') / season.mean_weight + draw(person, 'visit count'))
                end
            )::bigint
        ))::integer as visit,
    from people
    cross join season
    where is_visitor or is_guest or is_member
),
dated as (
    select
        people.*,
        candidates.visit,
        (
            people.start_day - 2
            + floor(
                draw(session_key(candidates.person, candidates.visit // 3), 'burst')
                * (people.left_day - people.start_day + 4)
            )
            + floor(8 * pow(draw(session_key(candidates.person, candidates.visit), 'in burst'), 2))
        )::integer as day,
    from candidates
    inner join people on candidates.person = people.person
),
chosen as (
    select dated.*
    from dated
    inner join calendar on dated.day = calendar.day
    where
        dated.day between dated.start_day and dated.left_day
        and (
            not dated.is_member
            or draw(session_key(dated.person, dated.visit), 'season') < calendar.weight
        )
    union all
    select *, 0 as visit, joined_day as day,
    from people
    where is_member and joined_day >= 0
),
placed as (
    select
        *,
        session_key(person, visit) as key,
        visit_time(session_key(person, visit), day, is_night_shopper, false) as started_at,
        case
            when draw(session_key(person, visit), 'place') < 0.002 then 'shared'
            when has_app and is_member and visit > 0 and draw(session_key(person, visit), 'place') < 0.6
                then 'app'
            when draw(session_key(person, visit), 'place') > 0.72 then 'desktop'
            else 'mobile'
        end as place,
        favourite_category * 20 + 1
        + floor(20 * pow(draw(session_key(person, visit // 3 + 3000), 'focus'), 1.5))::integer
            as wanted_product,
    from chosen
),
known as (
    select
        placed.* replace (
            case
                when placed.day >= launches.launched_day then placed.wanted_product
                else launches.fallback_product
            end as wanted_product
        ),
        case
            when not is_member then 'unknown'
            when visit = 0 then 'sign up'
            when place = 'app' then 'account'
            when place = 'shared' or draw(key, 'known') < 0.5 then 'login'
            when draw(key, 'known') < 0.75 then 'account'
            else 'unknown'
        end as known_by,
    from placed
    inner join product_launches as launches on placed.wanted_product = launches.product
),
decided as (
    select
        known.*,
        product_days.on_hand > 0
        and not is_visitor
        and draw(key, 'buys') < buy_share
        * case when known_by = 'unknown' and is_member then 0.25 else 1 end as is_order,
        product_days.on_hand = 0 as is_out_of_stock,
    from known
    inner join product_days
        on known.wanted_product = product_days.product and known.day = product_days.day
),
planned as (
    select
        *,
        case
            when is_order then 1 + floor(3.4 * pow(draw(key, 'lines'), 2))
            when is_out_of_stock then 0
            when draw(key, 'cart') < 0.16 then 1 + floor(2 * pow(draw(key, 'lines'), 2))
            else 0
        end::integer as line_count,
        1 + floor(7 * pow(draw(key, 'views'), 1.2))::integer as view_count,
    from decided
)
select
    key,
    person,
    visit,
    day,
    started_at,
    place,
    case
        when place = 'shared' then 'store'
        when place = 'app' and is_ios then 'ios'
        when place = 'app' then 'android'
        else 'web'
    end as platform,
    -- a browser forgets its cookie every 240 days
    case place
        when 'shared' then device_identifier(0, (person % (1 + getvariable('people') // 2000))::integer)
        when 'app' then device_identifier(person, 0)
        when 'mobile' then device_identifier(person, 1 + day // 240)
        else device_identifier(person, 11 + day // 240)
    end as anonymous_id,
    known_by,
    case when known_by <> 'unknown' then customer_number('C', person) end as customer_id,
    favourite_category,
    wanted_product as focus_product,
    is_order,
    line_count,
    case
        when visit = 0 or not is_member then acquisition
        when draw(key, 'utm') < 0.15 then 'crm|email|newsletter'
        when draw(key, 'utm') < 0.21 then 'kakao|message|channel'
        when draw(key, 'utm') < 0.40 then acquisition
    end as utm,
    -- event number * 16 + product slot: 0 no product, 1 the visit's product, 2 to 9 others
    (
        [0, 16]
        || case
            when known_by = 'sign up' then [9 * 16] when known_by = 'login' then [10 * 16] else []
        end
        || case when draw(key, 'search') < 0.3 then [2 * 16] else [] end
        || list_transform(
            range(1, view_count + 1),
            lambda number: 3 * 16 + case when number % 2 = 1 then 1 else number end
        )
        || case when draw(key, 'wish') < 0.07 then [4 * 16 + 1] else [] end
        || list_transform(range(1, line_count + 1), lambda number: 5 * 16 + number)
        || case when not is_order and line_count > 1 and draw(key, 'removes') < 0.4 then [6 * 16 + 2] else [] end
        || case
            when is_order then [7 * 16, 8 * 16]
            when line_count > 0 and draw(key, 'checkout') < 0.35 then [7 * 16]
            else []
        end
        || case when known_by <> 'unknown' and draw(key, 'shares') < 0.012 then [11 * 16 + 1] else [] end
        || case when draw(key, 'end') < 0.45 then [16] else [] end
    )::integer[] as script,
from planned
order by day;

-- The product number of a slot, before the check that it is on sale yet.
create macro slot_product(key, slot, favourite_category) as (
    case
        when draw(key * 16 + slot, 'slot kind') < 0.6 then favourite_category
        else floor(12 * draw(key * 16 + slot, 'slot category'))::integer
    end * 20
    + 1
    + floor(20 * pow(draw(key * 16 + slot, 'slot rank'), 1.5))::integer
);
create macro order_identifier(key) as printf('O%011X', (key * 1000003) % 17592186044416);

-- Orders online, in stores and on marketplaces: who buys there leaves no events.
create table purchases as
with
candidates as (
    select
        people.*,
        unnest(range(
            0, least(1500, floor(14 * activity(person, 'purchases') + draw(person, 'purchase count')))::bigint
        ))::integer as number,
    from people
    where has_store_card or has_marketplace_account
),
offline as (
    select
        session_key(person, 4000 + number) as key,
        person,
        (
            start_day
            + floor((left_day - start_day + 1) * draw(session_key(person, 4000 + number), 'store day'))
        )::integer as day,
        case when has_store_card then 'store' else 'marketplace' end as sales_channel,
        favourite_category,
        favourite_category * 20 + 1
        + floor(20 * pow(draw(session_key(person, 4000 + number), 'focus'), 1.5))::integer as wanted_product,
        1 + floor(3 * pow(draw(session_key(person, 4000 + number), 'lines'), 2))::integer as line_count,
        is_night_shopper,
    from candidates
)
select
    key,
    person,
    day,
    -- the moment of the purchase event
    started_at
    + to_seconds(
        (list_position(script, 8 * 16) - 1) * event_pace(key)
        + floor(draw(key * 64 + list_position(script, 8 * 16), 'delay') * event_pace(key))::integer
    ) as ordered_at,
    case when place = 'app' then 'app' else 'web' end as sales_channel,
    customer_id,
    favourite_category,
    focus_product,
    line_count,
from sessions
where is_order
union all
select
    key,
    person,
    day,
    visit_time(key, day, is_night_shopper, true),
    sales_channel,
    customer_number(case when sales_channel = 'store' then 'S' else 'M' end, person),
    favourite_category,
    case
        when offline.day >= launches.launched_day then wanted_product else launches.fallback_product
    end,
    line_count,
from offline
inner join product_launches as launches on offline.wanted_product = launches.product;

create table order_lines as
with
lines as (
    select
        *,
        unnest(range(1, line_count + 1))::integer as line_number,
    from purchases
),
wanted as (
    select
        *,
        case
            when line_number = 1 then focus_product else slot_product(key, line_number, favourite_category)
        end as wanted_product,
    from lines
)
select
    wanted.key,
    wanted.line_number,
    product_days.product,
    product_days.price as unit_price,
    case
        when draw(wanted.key * 16 + wanted.line_number, 'quantity') < 0.82 then 1
        when draw(wanted.key * 16 + wanted.line_number, 'quantity') < 0.96 then 2
        else 3
    end::integer as quantity,
    case
        when draw(wanted.key * 16 + wanted.line_number, 'line discount') < 0.08
            then 10 * (product_days.price // 100)
        else 0
    end as discount_amount,
from wanted
inner join product_launches as launches on wanted.wanted_product = launches.product
inner join product_days
    on product_days.product = case
        when wanted.day >= launches.launched_day then wanted.wanted_product else launches.fallback_product
    end
    and wanted.day = product_days.day;

create table shop_orders as
with
totals as (
    select
        key,
        sum(quantity * unit_price)::bigint as gross_amount,
        sum(discount_amount)::bigint as line_discount_amount,
    from order_lines
    group by key
),
valued as (
    select
        purchases.* exclude (focus_product, line_count, favourite_category),
        totals.gross_amount,
        totals.line_discount_amount,
        draw(purchases.key, 'fate') as fate,
        case
            when draw(purchases.key, 'coupon') > 0.12 or purchases.sales_channel = 'marketplace' then 0
            else pick([2000, 3000, 5000], draw(purchases.key, 'coupon value'))
        end::bigint as coupon_value,
    from purchases
    inner join totals on purchases.key = totals.key
),
settled as (
    select
        *,
        line_discount_amount + least(coupon_value, gross_amount - line_discount_amount) as discount_amount,
        case
            when sales_channel = 'store' and fate > 0.03 then 'delivered'
            when fate < 0.04 then 'cancelled'
            when fate < 0.075 then 'refunded'
            when fate < 0.105 then 'partially_refunded'
            when fate > 0.998 then 'pending'
            else 'delivered'
        end as last_status,
        ordered_at + to_seconds(
            case when sales_channel = 'store' then 60 else 150000 end
            + floor(200000 * pow(draw(key, 'settled'), 2))::integer
        ) as settled_at,
    from valued
)
select
    settled.*,
    order_identifier(settled.key) as order_id,
    case
        when coupon_value > 0 and settled.customer_id is not null
            then printf('K%011X', (settled.key * 1000033) % 17592186044416)
        when coupon_value > 0 then 'OPENAMOUNT' || coupon_value
    end as coupon_code,
    case
        when settled.customer_id is null then people.email
        when draw(settled.key, 'contact') < 0.3 then accounts.email
    end as email,
    case when settled.customer_id is null and draw(settled.key, 'contact') < 0.5 then people.phone_digits end
        as phone_digits,
from settled
inner join people on settled.person = people.person
left join accounts on settled.customer_id = accounts.customer_id;

-- Messages: campaigns with arms, monthly newsletters, and review requests, which are information.
create table assignments as
with
triggers as (
    select people.person, 1 as number, 'welcome' as campaign_id, ['a', 'b'] as arms,
        accounts.signed_up_at + interval 10 minute as assigned_at,
    from people
    inner join accounts on people.person = accounts.person and accounts.account_kind = 'C'
    where people.joined_day >= 0
    union all
    select person, 2, 'cart_abandonment', ['a', 'b'], min(started_at) + interval 3 hour
    from sessions
    where not is_order and line_count > 0 and known_by <> 'unknown'
    group by person
    union all
    select person, 3, 'second_purchase', ['a'], min(ordered_at) + interval 20 day
    from purchases
    where customer_id like 'C%'
    group by person
    union all
    select person, 4, 'winback', ['a', 'b'], day_start(left_day + 75) + interval 10 hour
    from people
    where is_member
)
select
    person,
    number,
    campaign_id,
    assigned_at,
    case
        when draw(person * 16 + number, 'arm') < 0.2 then 'control'
        else pick(arms, draw(person * 16 + number, 'which arm'))
    end as arm,
from triggers
where assigned_at between day_start(0) and sample_end() and draw(person * 16 + number, 'assigned') < 0.8;

create table sent_messages as
with
wishes as (
    select person, number, campaign_id, arm as variant, assigned_at + interval 20 minute as wished_at, true as is_ad,
    from assignments
    where arm <> 'control'
    union all
    select
        people.person,
        10 + months.range,
        'new_arrival',
        null,
        day_start(months.range * 30 + 14) + interval 11 hour + to_seconds(people.person % 3600),
        true,
    from people
    inner join range(getvariable('days') // 30) as months
        on months.range * 30 + 14 between people.start_day + 1 and people.left_day + 200
    where people.is_member and draw(people.person * 64 + months.range, 'newsletter') < 0.3
    union all
    select person, 100 + (key % 4000), 'review_request', null, ordered_at + interval 10 day, false
    from shop_orders
    where last_status = 'delivered' and sales_channel in ('web', 'app') and customer_id is not null
        and draw(key, 'review request') < 0.4
),
awake as (
    select
        *,
        case
            when hour(wished_at + interval 9 hour) not between 9 and 19
                then date_trunc('day', wished_at + interval 13 hour) + interval 1 hour
            else wished_at
        end as sent_at,
        pick(['kakao', 'email', 'push', 'sms'], draw(person * 8192 + number, 'channel')) as wished_channel,
    from wishes
),
allowed as (
    select
        awake.*,
        case
            when not is_ad then 'kakao'
            when wished_channel = 'email' and agrees_email then 'email'
            when wished_channel = 'push' and agrees_push then 'push'
            when wished_channel = 'sms' and agrees_sms then 'sms'
            when agrees_kakao and is_kakao_friend then 'kakao'
            when agrees_email then 'email'
            when agrees_sms then 'sms'
        end as channel,
    from awake
    inner join consent_choices using (person)
    where
        sent_at < sample_end() - interval 3 hour
        and (not is_ad or withdrawn_channel is null or day_of(sent_at) < withdrawn_day)
)
select
    person * 8192 + number as key,
    printf('m%011x', ((person * 8192 + number) * 1000003) % 17592186044416) as message_id,
    person,
    campaign_id,
    customer_number('C', person) as customer_id,
    channel,
    sent_at,
    variant,
    case channel when 'email' then 1 when 'sms' then 33 when 'kakao' then 23 else 0 end as cost,
    is_ad,
from allowed
where channel is not null;

-- Raw tables: a view each, with the contract's columns and `arrived_at`. What changes later has an
-- earlier version, which is all that the history knows of it.
create view raw_customers as
with
members as (
    select person, customer_id, signed_up_at from accounts where account_kind = 'C'
),
described as (
    select
        accounts.*,
        people.* exclude (person, email, phone_digits),
        choices.is_kakao_friend,
        case
            when account_kind = 'C' and draw(person, 'referred') < 0.13
                then 1 + floor(getvariable('people') * draw(person, 'referrer'))::bigint
        end as possible_referrer,
        case
            when accounts.signed_up_at + interval 60 day < sample_end()
                then accounts.signed_up_at + to_days(floor(60 * draw(person, 'changed'))::integer)
            else accounts.signed_up_at
        end as changed_at,
        case when draw(person, 'child') < 0.01 then 12 else 16 + floor(44 * pow(draw(person, 'age'), 1.5)) end
            as age,
    from accounts
    inner join people using (person)
    left join consent_choices as choices using (person)
    where accounts.account_kind <> 'M'
),
versions as (
    select *, changed_at as updated_at from described
    union all
    select *, signed_up_at from described
    where changed_at >= history_end() and signed_up_at < history_end()
)
select
    versions.customer_id,
    write_email(versions.email, versions.person) as email,
    write_phone(versions.phone_digits, versions.person) as phone,
    versions.name,
    case
        when versions.account_kind = 'C' and draw(versions.person, 'no birth date') > 0.2
            then getvariable('last_day')::date - to_years(versions.age::integer)
                - to_days(floor(365 * draw(versions.person, 'birthday'))::integer)
    end::date as birth_date,
    case
        when draw(versions.person, 'no gender') < 0.15 then null when versions.is_female then 'F' else 'M'
    end as gender,
    'KR' as country,
    pick(
        ['서울', '서울', '서울', '경기', '경기', '경기', '부산', '인천', '대구', '대전', '광주', '강원', '제주'],
        draw(versions.person, 'region')
    ) as region,
    case when draw(versions.person, 'language') < 0.04 then 'en' else 'ko' end as language,
    case when versions.account_kind = 'C' then 'Asia/Seoul' end as timezone,
    versions.signed_up_at::timestamptz as signed_up_at,
    case when versions.account_kind = 'C' then split_part(versions.acquisition, '|', 1) end as acquisition_source,
    case when versions.account_kind = 'C' then split_part(versions.acquisition, '|', 2) end as acquisition_medium,
    case when versions.account_kind = 'C' then nullif(split_part(versions.acquisition, '|', 3), '') end
        as acquisition_campaign,
    case when referrers.signed_up_at < versions.signed_up_at then referrers.customer_id end
        as referred_by_customer_id,
    versions.is_kakao_friend,
    case
        when versions.account_kind = 'C' and draw(versions.person, 'disc known') < 0.7
            then pick(['D', 'I', 'I', 'S', 'S', 'S', 'C', 'C'], draw(versions.person, 'disc'))
    end as disc_type,
    case when versions.account_kind = 'C' and versions.age < 14 then draw(versions.person, 'guardian') < 0.5 end
        as guardian_verified,
    versions.updated_at::timestamptz as updated_at,
    versions.updated_at as arrived_at,
from versions
left join members as referrers on versions.possible_referrer = referrers.person;

create view raw_orders as
with
versions as (
    -- as ordered: what is not settled by the end, and one in 500 sent twice
    select *, 'paid' as status, ordered_at as updated_at,
    from shop_orders
    where
        settled_at >= sample_end()
        or (settled_at >= history_end() and ordered_at < history_end())
        or draw(key, 'sent twice') < 0.002
    union all
    select *, last_status, settled_at
    from shop_orders
    where settled_at < sample_end()
)
select
    order_id,
    ordered_at::timestamptz as ordered_at,
    status,
    gross_amount::decimal(18, 4) as gross_amount,
    customer_id,
    write_email(email, key) as email,
    write_phone(phone_digits, key) as phone,
    'KRW' as currency,
    discount_amount::decimal(18, 4) as discount_amount,
    case status
        when 'refunded' then gross_amount - discount_amount
        when 'partially_refunded'
            then 10 * floor((gross_amount - discount_amount) * (0.2 + 0.5 * draw(key, 'refund')) / 10)
        else 0
    end::decimal(18, 4) as refunded_amount,
    case when sales_channel = 'store' or gross_amount >= 50000 then 0 else 3000 end::decimal(18, 4) as shipping_amount,
    round((gross_amount - discount_amount) / 11)::decimal(18, 4) as tax_amount,
    sales_channel,
    coupon_code,
    updated_at::timestamptz as updated_at,
    updated_at as arrived_at,
from versions;

create view raw_order_items as
select
    order_identifier(order_lines.key) as order_id,
    line_number,
    printf('P%03d', product) as product_id,
    quantity,
    unit_price::decimal(18, 4) as unit_price,
    order_lines.discount_amount::decimal(18, 4) as discount_amount,
    purchases.ordered_at as arrived_at,
from order_lines
inner join purchases on order_lines.key = purchases.key;

create view raw_products as
select
    product_id,
    brand || ' ' || adjective || ' ' || noun as name,
    brand,
    category_name as category,
    noun as subcategory,
    list_price::decimal(18, 4) as list_price,
    (100 * round(list_price * (0.3 + 0.2 * draw(product, 'cost')) / 100))::decimal(18, 4) as unit_cost,
    is_consumable,
    (day_start(launched_day) + interval 10 hour)::timestamptz as launched_at,
    (day_start(greatest(0, launched_day)) + interval 11 hour)::timestamptz as updated_at,
    day_start(least(launched_day, getvariable('days') - 2)) as arrived_at,
from products;

create view raw_prices as
with
compared as (
    select *, lag(price) over (partition by product order by day) as previous_price,
    from product_days
)
select
    printf('P%03d', product) as product_id,
    day_start(day)::timestamptz as changed_at,
    price::decimal(18, 4) as price,
    day_start(day) as arrived_at,
from compared
where previous_price is distinct from price;

create view raw_inventory as
select
    printf('P%03d', product_days.product) as product_id,
    (day_start(product_days.day + 1) - interval 90 minute)::timestamptz as counted_at,
    product_days.on_hand,
    day_start(product_days.day + 1) - interval 90 minute as arrived_at,
from product_days
inner join calendar on product_days.day = calendar.day
where isodow(calendar.local_date) = 7 or calendar.day >= getvariable('days') - 15;

create view raw_consents as
with
given as (
    select accounts.customer_id, accounts.signed_up_at, choices.person, agreements.*,
    from consent_choices as choices
    inner join accounts on choices.person = accounts.person and accounts.account_kind = 'C'
    cross join lateral (
        values
        ('email', 'marketing', choices.agrees_email),
        ('sms', 'marketing', choices.agrees_sms),
        ('push', 'marketing', choices.agrees_push),
        ('kakao', 'marketing', choices.agrees_kakao),
        ('all', 'night', choices.agrees_night)
    ) as agreements (channel, purpose, is_granted)
),
changes as (
    select
        customer_id,
        channel,
        purpose,
        is_granted,
        signed_up_at as changed_at,
        'sign_up' as source,
        case when is_granted then signed_up_at + interval 1 minute end as result_notified_at,
        case
            when is_granted and purpose = 'marketing' and draw(person, 'reconfirmed') < 0.8
                and signed_up_at + interval 725 day < history_end()
                then signed_up_at + interval 725 day
        end as reconfirmed_at,
    from given
    where is_granted or purpose = 'marketing'
    union all
    select
        customer_number('C', person),
        withdrawn_channel,
        'marketing',
        false,
        day_start(withdrawn_day) + interval 13 hour,
        'my_page',
        day_start(withdrawn_day) + interval 14 hour,
        null,
    from consent_choices
    where withdrawn_channel is not null
)
select
    * replace (
        changed_at::timestamptz as changed_at,
        result_notified_at::timestamptz as result_notified_at,
        reconfirmed_at::timestamptz as reconfirmed_at
    ),
    changed_at as arrived_at,
from changes;

create view raw_suppressions as
with
left_lists as (
    select
        *,
        draw(person, 'suppressed') as share,
        greatest(1, opened_day + 1) as first_day,
    from accounts
    where account_kind = 'C' and opened_day < getvariable('days') - 3 and email is not null
),
dated as (
    select
        *,
        day_start(first_day + floor((getvariable('days') - first_day) * draw(person, 'suppressed at'))::integer)
        + interval 10 hour as suppressed_at,
    from left_lists
    where share < 0.055
)
select
    case when share < 0.045 or phone_digits is null then email else '+8210' || phone_digits end as contact,
    case when share < 0.045 then 'email' else 'sms' end as channel,
    case when share < 0.02 then 'hard_bounce' when share < 0.026 then 'complaint' else 'unsubscribed' end as reason,
    suppressed_at::timestamptz as suppressed_at,
    null::timestamptz as lifted_at,
    suppressed_at as arrived_at,
from dated;

create view raw_devices as
with
seen as (
    select
        people.*,
        choices.agrees_push,
        day_start(
            least(left_day, getvariable('days') - 1 - floor(30 * pow(draw(people.person, 'idle'), 2)))::integer
        )
        + to_seconds(36000 + floor(40000 * draw(people.person, 'last seen'))::integer) as seen_at,
    from people
    inner join consent_choices as choices on people.person = choices.person
    where has_app
),
versions as (
    select *, seen_at as last_seen_at from seen
    union all
    select *, history_end() - interval 5 hour from seen
    where seen_at >= history_end() and joined_day < getvariable('days') - 2
)
select
    'D' || device_identifier(person, 31) as device_id,
    customer_number('C', person) as customer_id,
    case when is_ios then 'ios' else 'android' end as platform,
    case when draw(person, 'no token') > 0.05 then printf('%016x', hash(person, getvariable('seed'))) end as push_token,
    agrees_push and draw(person, 'push off') > 0.1 as is_push_enabled,
    last_seen_at::timestamptz as last_seen_at,
    last_seen_at as arrived_at,
from versions;

create view raw_messages as
select
    message_id, campaign_id, customer_id, channel, sent_at::timestamptz as sent_at, variant,
    cost::decimal(18, 4) as cost, is_ad, sent_at as arrived_at,
from sent_messages;

create view raw_message_events as
with
listed as (
    select
        message_id,
        key,
        sent_at,
        channel,
        unnest(
            case
                when draw(key, 'failed') < 0.015 then ['failed']
                else ['delivered']
                || case when draw(key, 'opened') < 0.25 and channel <> 'sms' then ['opened'] else [] end
                || case when draw(key, 'clicked') < 0.07 then ['clicked'] else [] end
                || case when is_ad and draw(key, 'unsubscribes') < 0.004 then ['unsubscribed'] else [] end
            end
        ) as event_name,
    from sent_messages
)
select
    message_id,
    event_name,
    (sent_at + to_seconds(moment))::timestamptz as occurred_at,
    case when event_name = 'clicked' then 'https://shop.example.com/' || channel end as url,
    sent_at + to_seconds(moment) as arrived_at,
from (
    select
        *,
        case event_name
            when 'opened' then 60 + floor(6000 * pow(draw(key, 'opened after'), 3))::integer
            when 'clicked' then 6100 + floor(600 * draw(key, 'clicked after'))::integer
            when 'unsubscribed' then 6800
            else 2 + floor(6 * draw(key, 'delivered after'))::integer
        end as moment,
    from listed
) as timed;

create view raw_assignments as
select
    campaign_id, customer_number('C', person) as customer_id, arm, assigned_at::timestamptz as assigned_at,
    assigned_at as arrived_at,
from assignments;

create view raw_coupons as
with
issued as (
    select
        coupon_code,
        customer_id,
        null as campaign_id,
        coupon_value as value,
        0 as min_order_amount,
        ordered_at - to_seconds(7200 + floor(86400 * 20 * draw(key, 'issued'))::integer) as issued_at,
        ordered_at,
        order_id,
    from shop_orders
    where coupon_code like 'K%'
    union all
    select 'W' || person, customer_id, 'welcome', 3000, 20000, signed_up_at, null, null
    from accounts
    where account_kind = 'C' and opened_day >= 0 and draw(person, 'welcome coupon') < 0.35
),
versions as (
    -- unused, as long as it is not redeemed
    select * replace (null::timestamp as ordered_at, null::varchar as order_id), issued_at as arrived_at
    from issued
    where ordered_at is null or (ordered_at >= history_end() and issued_at < history_end())
    union all
    select *, ordered_at from issued where ordered_at is not null
)
select
    coupon_code,
    customer_id,
    campaign_id,
    'amount' as kind,
    value::decimal(18, 4) as value,
    min_order_amount::decimal(18, 4) as min_order_amount,
    issued_at::timestamptz as issued_at,
    (issued_at + interval 30 day)::timestamptz as expires_at,
    ordered_at::timestamptz as redeemed_at,
    order_id as redeemed_order_id,
    arrived_at,
from versions;

create view raw_points as
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
    where customer_id is not null and sales_channel <> 'marketplace' and last_status = 'delivered'
        and draw(key, 'earns') < 0.5
    union all
    select 'J' || customer_id, person, customer_id, null, 2000, signed_up_at
    from accounts
    where account_kind = 'C' and opened_day >= -300
),
fated as (
    select
        *,
        case
            when draw(key, 'points spent') < 0.3
                then earned_at + to_seconds(86400 + floor(86400 * 200 * draw(key, 'points spent at'))::integer)
        end as spent_at,
    from lots
),
entries as (
    select
        'E' || lot as entry_id, customer_id, 'earn' as kind, points, earned_at as occurred_at,
        earned_at + interval 365 day as expires_at, order_id,
    from fated
    union all
    select 'U' || lot, customer_id, 'spend', points, spent_at, null, null
    from fated
    where spent_at < sample_end()
    union all
    select 'X' || lot, customer_id, 'expire', points, earned_at + interval 365 day, null, null
    from fated
    where earned_at + interval 365 day < sample_end() and spent_at is null
)
select
    * replace (occurred_at::timestamptz as occurred_at, expires_at::timestamptz as expires_at),
    occurred_at as arrived_at,
from entries;

create view raw_tickets as
with
asked as (
    select
        *,
        ordered_at + to_seconds(floor(86400 * 9 * draw(key, 'ticket at'))::integer) as opened_at,
        pick(['delivery', 'delivery', 'exchange', 'refund', 'product', 'complaint', 'points'], draw(key, 'category'))
            as category,
        1 + 90 * pow(draw(key, 'ticket takes'), 3) as hours,
    from shop_orders
    where draw(key, 'ticket') < 0.05
),
answered as (
    select
        *,
        case when draw(key, 'ticket open') > 0.04 then opened_at + to_seconds(floor(3600 * hours)::integer) end
            as closed_at,
        case
            when category = 'complaint' or draw(key, 'sentiment') < 0.3 then 'negative'
            when draw(key, 'sentiment') < 0.8 then 'neutral'
            else 'positive'
        end as sentiment,
    from asked
    where opened_at < sample_end()
),
versions as (
    select
        *,
        case when closed_at < history_end() then closed_at end as resolved_at,
        opened_at as arrived_at,
    from answered
    union all
    select * replace (opened_at + interval 1 second as opened_at), closed_at, closed_at
    from answered
    where false
)
select
    printf('T%011X', (key * 1000003) % 17592186044416) as ticket_id,
    opened_at::timestamptz as opened_at,
    customer_id,
    pick(['chat', 'chat', 'phone', 'email', 'social'], draw(key, 'ticket channel')) as channel,
    category,
    sentiment,
    case when resolved_at is not null then opened_at + (resolved_at - opened_at) / 4 end::timestamptz as first_replied_at,
    resolved_at::timestamptz as resolved_at,
    case when resolved_at is not null and draw(key, 'rated') < 0.5 then 1 + floor(5 * draw(key, 'rating')) end::integer
        as satisfaction,
    arrived_at,
from versions;

create view raw_survey_answers as
select
    printf('A%011X-%d', (key * 1000003) % 17592186044416, questions.number) as answer_id,
    customer_id,
    'after_delivery' as survey_id,
    questions.question_code,
    case
        when questions.question_code = 'nps' then floor(11 * pow(draw(key * 8 + questions.number, 'score'), 0.5))
        else 1 + floor(5 * pow(draw(key * 8 + questions.number, 'score'), 0.6))
    end::integer as score,
    (ordered_at + interval 8 day + to_seconds(questions.number * 20))::timestamptz as answered_at,
    ordered_at + interval 8 day + to_seconds(questions.number * 20) as arrived_at,
from shop_orders
cross join (values (1, 'nps'), (2, 'product_quality'), (3, 'delivery'), (4, 'price')) as questions (number, question_code)
where
    customer_id like 'C%'
    and last_status = 'delivered'
    and ordered_at + interval 9 day < sample_end()
    and draw(key, 'survey') < 0.03;

create view raw_ad_spend as
with
plans as (
    select * from (
        values
        (1, 'naver', 'cpc', 'brand', 120000, 350),
        (2, 'naver', 'cpc', 'skincare', 210000, 520),
        (3, 'google', 'cpc', 'shopping', 180000, 480),
        (4, 'instagram', 'paid_social', 'summer_run', 90000, 300),
        (5, 'instagram', 'paid_social', 'glow', 140000, 310),
        (6, 'kakao', 'display', 'bizboard', 110000, 260),
        (7, 'youtube', 'video', 'creator', 80000, 700)
    ) as rows (number, source, medium, campaign, daily_cost, cost_per_click)
),
spent as (
    select
        calendar.local_date,
        calendar.day,
        plans.*,
        (
            10 * round(
                daily_cost * calendar.weight * getvariable('people') / 2000.0
                * (0.8 + 0.4 * draw(calendar.day * 8 + plans.number, 'spend')) / 10
            )
        )::bigint as cost,
    from calendar
    cross join plans
)
select
    local_date as spend_date,
    source,
    cost::decimal(18, 4) as cost,
    medium,
    campaign,
    (cost // cost_per_click) * 60 as impressions,
    cost // cost_per_click as clicks,
    day_start(day + 1) - interval 1 second as arrived_at,
from spent;

-- The events of the visits of some days, with the local day on which each was received: one in a
-- hundred comes up to three days late, one in a thousand comes twice.
create macro event_names() as [
    'session_start', 'page_view', 'search', 'view_item', 'add_to_wishlist', 'add_to_cart',
    'remove_from_cart', 'begin_checkout', 'purchase', 'sign_up', 'login', 'share', 'generate_lead'
];
create macro events_of_days(first_day, last_day) as table
with
walks as (
    select
        * exclude (script),
        unnest(script) as token,
        generate_subscripts(script, 1)::integer as step,
    from sessions
    where day between first_day and last_day
),
steps as (
    select
        *,
        event_names()[1 + token // 16] as event_name,
        event_time(started_at, key, step) as occurred_at,
        case
            when token % 16 = 0 then null
            when token % 16 = 1 then focus_product
            else slot_product(key, token % 16, favourite_category)
        end as wanted_product,
        draw(key * 64 + step, 'late') as late_share,
        draw(key * 64 + step, 'twice') as twice_share,
    from walks
),
delivered as (
    select
        *,
        occurred_at
        + case
            when late_share < 0.01 then to_seconds(3600 + floor(255000 * late_share * 100)::integer)
            else to_seconds(1)
        end as received_at,
    from steps
    union all
    select *, occurred_at + to_seconds(2 + floor(120000 * twice_share * 1000)::integer)
    from steps
    where twice_share < 0.001
)
select
    printf('%011x%02x', (delivered.key * 1000033) % 17592186044416, delivered.step) as event_id,
    delivered.event_name,
    delivered.occurred_at::timestamptz as occurred_at,
    delivered.received_at::timestamptz as received_at,
    delivered.anonymous_id,
    case
        when delivered.known_by = 'account' or (delivered.known_by in ('sign up', 'login') and delivered.step >= 3)
            then delivered.customer_id
    end as customer_id,
    delivered.platform,
    case when delivered.place in ('app', 'mobile') then 'mobile' when delivered.place = 'shared' then 'tablet' else 'desktop' end
        as device_type,
    'KR' as country,
    case
        when delivered.event_name in ('page_view', 'session_start') then '/'
        when delivered.event_name = 'view_item' then '/product/' || product_days.product
    end as page_url,
    case
        when delivered.event_name = 'session_start' and delivered.platform = 'web'
            then
                case split_part(delivered.utm, '|', 1)
                    when 'naver' then 'https://search.naver.com/'
                    when 'google' then 'https://www.google.com/'
                end
    end as referrer,
    case when delivered.event_name = 'session_start' and delivered.utm[1] <> '(' then split_part(delivered.utm, '|', 1) end
        as utm_source,
    case when delivered.event_name = 'session_start' and delivered.utm[1] <> '(' then split_part(delivered.utm, '|', 2) end
        as utm_medium,
    case
        when delivered.event_name = 'session_start' and delivered.utm[1] <> '('
            then nullif(split_part(delivered.utm, '|', 3), '')
    end as utm_campaign,
    null::varchar as utm_content,
    case when product_days.product is not null then printf('P%03d', product_days.product) end as product_id,
    case
        when delivered.event_name = 'search'
            then pick(['선크림', '수분크림', '쿠션', '레깅스', '러닝화', '향수', '샴푸', '선물'], draw(delivered.key, 'search term'))
    end as search_term,
    case when delivered.event_name in ('add_to_cart', 'remove_from_cart') then product_days.price end::decimal(18, 4) as value,
    case
        when delivered.event_name = 'view_item'
            then 2 + floor(80 * pow(draw(delivered.key * 64 + delivered.step, 'engagement'), 3))
        when delivered.event_name = 'page_view'
            then 1 + floor(8 * draw(delivered.key * 64 + delivered.step, 'engagement'))
    end::decimal(18, 4) as engagement_seconds,
    case delivered.event_name
        when 'share' then '{"method":"kakao"}'
        when 'purchase' then '{"order_id":"' || order_identifier(delivered.key) || '"}'
    end as properties,
    day_of(delivered.received_at) as received_day,
from delivered
left join product_launches as launches on delivered.wanted_product = launches.product
left join product_days
    on product_days.product = case
        when delivered.day >= launches.launched_day then delivered.wanted_product
        else launches.fallback_product
    end
    and delivered.day = product_days.day;
