-- One view per raw table, with the contract's columns. Those that are written as CSV hold text.
-- A few quirks are planted, fewer than one row in a hundred, and only from 1,000 people up.
create macro has_quirks() as getvariable('people') >= 1000;

create view raw_customers as
with
members as (
    select person, customer_id, signed_up_at,
    from accounts
    where account_kind = 'C'
),
described as (
    select
        accounts.*,
        people.* exclude (person, joined_day),
        consent_choices.is_kakao_friend,
        case
            when account_kind = 'C' and draw(person, 'referred') < 0.13
                then 1 + floor(getvariable('people') * draw(person, 'referrer'))::bigint
        end as possible_referrer,
        case when draw(person, 'name language') < 0.1
            then given_name.en || ' ' || surname.en else surname.ko || given_name.ko
        end as name,
        -- Born on a day of the year drawn evenly, at the age of the last day.
        getvariable('last_day')::date
        - to_years(age)
        - to_days(floor(365 * draw(person, 'birthday'))::integer) as born_at,
    from accounts
    inner join people using (person)
    left join consent_choices using (person)
    where people.kind <> 'marketplace'
),
referred as (
    select
        described.*,
        case
            when referrers.signed_up_at < described.signed_up_at then referrers.customer_id
        end as referred_by_customer_id,
    from described
    left join members as referrers on described.possible_referrer = referrers.person
)
select
    customer_id,
    write_email(email, person) as email,
    write_phone(phone_digits, person + ascii(account_kind)) as phone,
    case when draw(person, 'decomposed') < 0.03 then decompose_hangul(name) else name end as name,
    case
        when account_kind <> 'C' then null
        when has_quirks() and person in (77, 177) then '1987-02-30'
        when draw(person, 'no birth date') < 0.2 then null
        else strftime(born_at, '%Y-%m-%d')
    end as birth_date,
    case
        when draw(person, 'no gender') < 0.15 then null
        when is_female then 'F'
        else 'M'
    end as gender,
    case
        when draw(person, 'country') < 0.985 then 'KR' else
            pick(['US', 'JP', 'VN'], draw(person, 'abroad'))
    end as country,
    case when draw(person, 'no region') < 0.9 then pick(
        ['서울', '서울', '서울', '경기', '경기', '경기', '부산', '인천', '대구', '대전', '광주', '강원', '제주'],
        draw(person, 'region')
    ) end as region,
    case when draw(person, 'name language') < 0.04 then 'en' else 'ko' end as language,
    case when account_kind = 'C' then 'Asia/Seoul' end as timezone,
    iso_seoul(signed_up_at) as signed_up_at,
    case when account_kind = 'C' then acquisition.source end as acquisition_source,
    case when account_kind = 'C' then acquisition.medium end as acquisition_medium,
    case when account_kind = 'C' then acquisition.campaign end as acquisition_campaign,
    referred_by_customer_id,
    case when account_kind = 'C' then is_kakao_friend end as is_kakao_friend,
    case
        when account_kind = 'C' and draw(person, 'disc known') < 0.7
            then pick(['D', 'I', 'I', 'S', 'S', 'S', 'C', 'C'], draw(person, 'disc'))
    end as disc_type,
    case when account_kind = 'C' and age < 14 then draw(person, 'guardian') < 0.5 end
        as guardian_verified,
    case
        when has_quirks() and person in (88, 188) and account_kind = 'C' then 'yesterday'
        else
            iso_seoul(
                least(
                    sample_end() - interval 1 hour,
                    signed_up_at + to_days(floor(60 * draw(person, 'changed'))::integer)
                )
            )
    end as updated_at,
from referred;

create view raw_orders as
with
written as (
    select
        order_id,
        iso_utc(ordered_at) as ordered_at,
        status,
        gross_amount::varchar as gross_amount,
        customer_id,
        write_email(email, key) as email,
        write_phone(phone_digits, key) as phone,
        'KRW' as currency,
        discount_amount,
        refunded_amount,
        shipping_amount,
        tax_amount,
        sales_channel,
        coupon_code,
        iso_utc(updated_at) as updated_at,
        day,
        draw(key, 'sent twice') as sent_twice,
    from shop_orders
),
earlier_versions as (
    select
        * replace ('paid' as status, 0 as refunded_amount, ordered_at as updated_at),
    from written
    where has_quirks() and status in ('delivered', 'refunded') and sent_twice < 0.002
),
unreadable as (
    select * from (
        values
        ('X0000001', '2026-13-45T10:00:00Z', 'paid', '31000'),
        ('X0000002', '2026-02-03T10:00:00Z', 'paid', 'n/a')
    ) as rows (order_id, ordered_at, status, gross_amount)
    where has_quirks()
)
select * exclude (day, sent_twice) from written
union all by name
select * exclude (day, sent_twice) from earlier_versions
union all by name
select *, 'KRW' as currency from unreadable;

create view raw_order_items as
select
    order_identifier(key) as order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    discount_amount,
from order_lines
union all
-- Lines whose order never arrived.
select printf('ORPHAN%d', range), 1, printf('P%03d', 1 + range * 20), 1, 12000, 0
from range(4)
where has_quirks();

create view raw_products as
select
    product_id,
    brand || ' ' || adjective || ' ' || noun as name,
    brand,
    category_name as category,
    noun as subcategory,
    list_price,
    case
        when has_quirks() and product = 30 then 'tbd'
        else (100 * round(list_price * (0.3 + 0.2 * draw(product, 'cost')) / 100))::bigint::varchar
    end as unit_cost,
    is_consumable,
    iso_seoul(day_start(launched_day) + interval 10 hour) as launched_at,
    iso_seoul(day_start(greatest(0, launched_day)) + interval 11 hour) as updated_at,
from products;

create view raw_prices as
with
compared as (
    select
        product,
        day,
        price,
        lag(price) over (partition by product order by day) as previous_price,
    from product_days
)
select
    printf('P%03d', product) as product_id,
    iso_seoul(day_start(day)) as changed_at,
    price,
from compared
where previous_price is distinct from price;

-- Counted every Sunday night, and every night in the last two weeks.
create view raw_inventory as
select
    printf('P%03d', product_days.product) as product_id,
    day_start(product_days.day + 1) - interval 90 minute as counted_at,
    product_days.on_hand,
from product_days
inner join calendar on product_days.day = calendar.day
where isodow(calendar.local_date) = 7 or calendar.day >= getvariable('days') - 14;

create view raw_consents as
with
given as (
    select
        people.person,
        accounts.customer_id,
        accounts.signed_up_at,
        agreements.*,
    from people
    inner join accounts on people.person = accounts.person and accounts.account_kind = 'C'
    inner join consent_choices as choices on people.person = choices.person
    cross join lateral (
        values
        ('email', 'marketing', choices.agrees_email),
        ('sms', 'marketing', choices.agrees_sms),
        ('push', 'marketing', choices.agrees_push),
        ('kakao', 'marketing', choices.agrees_kakao),
        ('all', 'night', choices.agrees_night),
        ('all', 'third_party', draw(people.person, 'third party') < 0.2),
        ('all', 'overseas', draw(people.person, 'overseas') < 0.05)
    ) as agreements (channel, purpose, is_granted)
)
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
            and signed_up_at + interval 725 day < sample_end()
            then signed_up_at + interval 725 day
    end as reconfirmed_at,
from given
where is_granted or purpose = 'marketing'
union all
select
    printf('C%06d', person),
    withdrawn_channel,
    'marketing',
    false,
    day_start(withdrawn_day) + interval 13 hour,
    'my_page',
    day_start(withdrawn_day) + interval 14 hour,
    null
from consent_choices
where withdrawn_channel is not null
union all
-- Some think again.
select
    printf('C%06d', person),
    withdrawn_channel,
    'marketing',
    true,
    day_start(withdrawn_day + 30) + interval 12 hour,
    'event',
    day_start(withdrawn_day + 30) + interval 13 hour,
    null
from consent_choices
where
    withdrawn_channel is not null
    and withdrawn_day + 30 < getvariable('days')
    and draw(person, 'thinks again') < 0.2;

create view raw_suppressions as
select
    contact,
    channel,
    reason,
    iso_utc(suppressed_at) as suppressed_at,
    iso_utc(lifted_at) as lifted_at,
from suppressed_contacts;

create view raw_devices as
select
    'D' || device_identifier(people.person, 31) as device_id,
    printf('C%06d', people.person) as customer_id,
    case when people.is_ios then 'ios' else 'android' end as platform,
    case
        when
            draw(people.person, 'no token') > 0.05
            then printf('%016x', hash(people.person, getvariable('seed')))
    end as push_token,
    consent_choices.agrees_push and draw(people.person, 'push off') > 0.1 as is_push_enabled,
    iso_utc(
        least(
            sample_end() - interval 1 hour,
            day_start(people.left_day)
            + to_seconds(36000 + floor(40000 * draw(people.person, 'last seen'))::integer)
        )
    ) as last_seen_at,
from people
inner join consent_choices using (person)
where people.has_app;

create view raw_messages as
select
    message_id,
    campaign_id,
    customer_id,
    channel,
    sent_at::timestamptz as sent_at,
    variant,
    cost,
    is_ad,
from sent_messages;

create view raw_message_events as
select message_id, event_name, occurred_at, url from message_history;

create view raw_assignments as
select campaign_id, customer_id, arm, iso_utc(assigned_at) as assigned_at from assignments;

create view raw_coupons as
select
    * replace (
        iso_seoul(issued_at) as issued_at,
        iso_seoul(expires_at) as expires_at,
        iso_seoul(redeemed_at) as redeemed_at
    ),
from shop_coupons;

create view raw_points as
select
    * replace (occurred_at::timestamptz as occurred_at, expires_at::timestamptz as expires_at),
from point_entries;

-- `agent_name` is no column of the contract.
create view raw_tickets as
select
    ticket_id,
    iso_seoul(opened_at) as opened_at,
    customer_id,
    pick(['phone', 'chat', 'chat', 'email', 'social'], draw(key, 'ticket channel')) as channel,
    category,
    sentiment,
    iso_seoul(first_replied_at) as first_replied_at,
    iso_seoul(resolved_at) as resolved_at,
    case
        when resolved_at is not null and draw(key, 'rated') < 0.5
            then
                case sentiment
                    when 'negative' then 1 + floor(3 * draw(key, 'rating')) else
                        3 + floor(3 * draw(key, 'rating'))
                end
    end::integer as satisfaction,
    pick(['하늘', '보라', '찬우'], draw(key, 'agent')) as agent_name,
from shop_tickets;

create view raw_survey_answers as
select * replace (iso_utc(answered_at) as answered_at) from survey_replies;

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
        plans.*,
        (
            10 * round(
                daily_cost * calendar.weight * getvariable('people') / 2000.0
                * (0.8 + 0.4 * draw(calendar.day * 8 + plans.number, 'spend')) / 10
            )
        )::bigint as cost,
    from calendar
    cross join plans
    where plans.campaign <> 'summer_run' or calendar.is_summer
)
select
    strftime(local_date, '%Y-%m-%d') as spend_date,
    source,
    cost,
    medium,
    campaign,
    (cost // cost_per_click) * 60 as impressions,
    cost // cost_per_click as clicks,
from spent;

-- The events of the visits of some days. One delivery in 25,000 comes twice.
create macro events_of_days(first_day, last_day) as table
with
walks as (
    select
        key,
        person,
        started_at,
        day,
        place,
        platform,
        device_type,
        device_slot,
        utm,
        known_by,
        account_kind,
        favourite_category,
        is_summer,
        focus_product,
        visit_kind,
        unnest(script) as token,
        generate_subscripts(script, 1)::integer as step,
    from visits
    where day between first_day and last_day
),
steps as (
    select
        *,
        event_names()[1 + token // 16] as event_name,
        token % 16 as slot,
        case
            when visit_kind = 'store'
                then started_at
            else event_time(started_at, key, step)
        end as occurred_at,
        case
            when token % 16 = 0 then null
            when token % 16 = 1 then focus_product
            else slot_product(key, token % 16, favourite_category, is_summer)
        end as wanted_product,
        -- After the sign-up or the login the visitor is known, an app knows its user always.
        case known_by
            when 'account' then true
            when 'sign up' then step >= 3
            when 'login' then step >= 3
            else false
        end as is_known,
    from walks
),
priced as (
    select
        steps.*,
        product_days.product,
        product_days.price,
        shared_members.shared_device,
    from steps
    left join shared_members on steps.person = shared_members.person
    left join product_launches on steps.wanted_product = product_launches.product
    left join product_days
        on product_days.product = case
            when steps.day >= product_launches.launched_day then steps.wanted_product
            else product_launches.fallback_product
        end
        and steps.day = product_days.day
),
named as (
    select
        printf('%010x%02x', (key * 1000033) % 1099511627776, step) as event_id,
        event_name,
        occurred_at::timestamptz as occurred_at,
        (
            occurred_at + case
                when
                    draw(key * 64 + step, 'late') < 0.0001
                    and occurred_at + interval 10 day < sample_end()
                    then to_days(2 + floor(7 * draw(key, 'late days'))::integer)
                else to_seconds(1)
            end
        )::timestamptz as received_at,
        case
            when place = 'shared' then shared_device_identifier(shared_device)
            when device_slot is not null then device_identifier(person, device_slot)
        end as anonymous_id,
        case when is_known then account_kind || printf('%06d', person) end as customer_id,
        case when place = 'store' then 'store' else platform end as platform,
        device_type,
        'KR' as country,
        case
            when event_name in ('page_view', 'session_start') then '/'
            when event_name = 'view_item' then '/product/' || printf('P%03d', product)
        end as page_url,
        case
            when event_name = 'session_start' and platform = 'web'
                then
                    case utm.source
                        when 'naver' then 'https://search.naver.com/' when
                            'google'
                            then 'https://www.google.com/' when
                            'instagram'
                            then 'https://l.instagram.com/'
                    end
        end as referrer,
        case when event_name = 'session_start' and utm.source <> '(direct)' then utm.source end
            as utm_source,
        case when event_name = 'session_start' and utm.source <> '(direct)' then utm.medium end
            as utm_medium,
        case when event_name = 'session_start' and utm.source <> '(direct)' then utm.campaign end
            as utm_campaign,
        case
            when
                event_name = 'session_start' and utm.source = 'instagram'
                then pick(['video', 'image', 'carousel'], draw(key, 'creative'))
        end as utm_content,
        printf('P%03d', product) as product_id,
        case
            when event_name = 'search'
                then pick(
                    [
                        '선크림',
                        '수분크림',
                        '쿠션',
                        '레깅스',
                        '러닝화',
                        '래쉬가드',
                        'sunscreen',
                        'leggings',
                        '향수',
                        '샴푸',
                        '선물',
                        '세일'
                    ],
                    draw(key, 'search term')
                )
        end as search_term,
        case when event_name in ('add_to_cart', 'remove_from_cart') then price end as value,
        case
            when
                event_name = 'view_item'
                then 2 + floor(80 * pow(draw(key * 64 + step, 'engagement'), 3))
            when event_name = 'page_view' then 1 + floor(8 * draw(key * 64 + step, 'engagement'))
        end::integer as engagement_seconds,
        case event_name
            when
                'share'
                then
                    '{"method":"'
                    || pick(['kakao', 'instagram', 'link'], draw(key, 'share'))
                    || '"}'
            when 'purchase' then '{"order_id":"' || order_identifier(key) || '"}'
        end as properties,
        1 + (draw(key * 64 + step, 'twice') < 0.00004)::integer as deliveries,
    from priced
)
select named.* exclude (deliveries)
from named
union all
select named.* exclude (deliveries)
from named
where deliveries = 2;
