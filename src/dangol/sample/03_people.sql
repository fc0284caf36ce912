-- Who there is. People 1 to N have an account or an order; numbers above N only look.
create table people as
with
numbered as (
    select
        range::bigint as person,
        range > getvariable('people') as is_visitor,
        draw(range, 'kind') as kind_share,
        draw(range, 'sex') < 0.68 as is_female,
        draw(range, 'joined early') < 0.35 as joined_early,
    from range(1, (getvariable('people') * 8) // 5 + 1)
),
described as (
    select
        *,
        case
            when is_visitor then 'visitor'
            when kind_share < 0.62 then 'online'
            when kind_share < 0.76 then 'online and store'
            when kind_share < 0.80 then 'online and marketplace'
            when kind_share < 0.82 then 'chain'
            when kind_share < 0.90 then 'store'
            when kind_share < 0.96 then 'guest'
            else 'marketplace'
        end as kind,
        case
            when draw(person, 'just joined') < 0.006
                then getvariable('days') - 1 - floor(3 * draw(person, 'joined'))
            when joined_early then -1 - floor(700 * draw(person, 'joined'))
            else floor(getvariable('days') * pow(draw(person, 'joined'), 0.85))
        end::integer as joined_day,
        case
            when draw(person, 'short life') < 0.3 then 1 + 25 * draw(person, 'life')
            else -ln(1 - draw(person, 'life')) * 330
        end as lifetime,
        not is_visitor and draw(person, 'price hesitant') < 0.12 as is_price_hesitant,
        draw(person, 'prospect') < 0.22 as is_prospect,
    from numbered
),
timed as (
    select
        *,
        greatest(0, joined_day) as start_day,
        least(getvariable('days') - 1, greatest(0, joined_day) + floor(lifetime))::integer
            as left_day,
    from described
)
select
    person,
    kind,
    is_visitor,
    kind in ('online', 'online and store', 'online and marketplace', 'chain') as is_member,
    kind in ('online and store', 'chain', 'store') as has_store_card,
    kind in ('online and marketplace', 'marketplace') as has_marketplace_account,
    is_female,
    joined_day,
    start_day,
    left_day,
    is_price_hesitant,
    -- The chance that a visit ends in an order: gamma-like, nothing for those who never buy.
    case
        when is_visitor or (is_prospect and kind not in ('guest', 'store', 'marketplace')) then 0
        when is_price_hesitant then 0.07
        when kind = 'guest' then 0.45
        else least(0.7, 0.06 - 0.14 * ln(1 - draw(person, 'propensity')))
    end as buy_share,
    -- Visits per day while a customer.
    case
        when is_visitor then 0.004
        when is_price_hesitant then 0.06
        else 0.006 - 0.028 * ln(1 - draw(person, 'visit rate'))
    end as visit_rate,
    floor(12 * draw(person, 'favourite category'))::integer as favourite_category,
    draw(person, 'night shopper') < 0.12 as is_night_shopper,
    draw(person, 'app') < 0.48 as has_app,
    draw(person, 'phone') < 0.42 as is_ios,
    draw(person, 'satisfaction') as satisfaction,
    pick(
        [
            {'source': 'naver', 'medium': 'cpc', 'campaign': 'brand'},
            {'source': 'naver', 'medium': 'organic', 'campaign': null},
            {'source': 'naver', 'medium': 'cpc', 'campaign': 'skincare'},
            {'source': 'google', 'medium': 'organic', 'campaign': null},
            {'source': 'google', 'medium': 'cpc', 'campaign': 'shopping'},
            {'source': 'instagram', 'medium': 'paid_social', 'campaign': 'summer_run'},
            {'source': 'instagram', 'medium': 'paid_social', 'campaign': 'glow'},
            {'source': 'kakao', 'medium': 'display', 'campaign': 'bizboard'},
            {'source': 'youtube', 'medium': 'video', 'campaign': 'creator'},
            {'source': '(direct)', 'medium': '(none)', 'campaign': null}
        ],
        pow(draw(person, 'source'), 1.2)
    ) as acquisition,
    pick(
        [
            {'ko': '김', 'en': 'Kim'}, {'ko': '김', 'en': 'Kim'}, {'ko': '이', 'en': 'Lee'},
            {'ko': '이', 'en': 'Lee'}, {'ko': '박', 'en': 'Park'}, {'ko': '최', 'en': 'Choi'},
            {'ko': '정', 'en': 'Jung'}, {'ko': '강', 'en': 'Kang'}, {'ko': '조', 'en': 'Cho'},
            {'ko': '윤', 'en': 'Yoon'}, {'ko': '장', 'en': 'Jang'}, {'ko': '임', 'en': 'Lim'}
        ],
        draw(person, 'surname')
    ) as surname,
    case
        when is_female then pick(
            [
                {'ko': '서연', 'en': 'Seoyeon'}, {'ko': '민지', 'en': 'Minji'},
                {'ko': '지우', 'en': 'Jiwoo'}, {'ko': '하은', 'en': 'Haeun'},
                {'ko': '수빈', 'en': 'Subin'}, {'ko': '예린', 'en': 'Yerin'},
                {'ko': '지현', 'en': 'Jihyun'}, {'ko': '은경', 'en': 'Eunkyung'},
                {'ko': '미영', 'en': 'Miyoung'}, {'ko': '유나', 'en': 'Yuna'}
            ],
            draw(person, 'given name')
        )
        else pick(
            [
                {'ko': '민준', 'en': 'Minjun'}, {'ko': '서준', 'en': 'Seojun'},
                {'ko': '도윤', 'en': 'Doyun'}, {'ko': '지훈', 'en': 'Jihoon'},
                {'ko': '현우', 'en': 'Hyunwoo'}, {'ko': '성민', 'en': 'Sungmin'},
                {'ko': '준호', 'en': 'Junho'}, {'ko': '태영', 'en': 'Taeyoung'}
            ],
            draw(person, 'given name')
        )
    end as given_name,
    -- 010-0 and 010-1 numbers are given to nobody, and example.* domains reach nobody.
    printf('%08d', (person * 7654321) % 20000000) as phone_digits,
    -- The age in whole years on the last day, a few under 14.
    case
        when draw(person, 'child') < 0.01 then 11 + floor(3 * draw(person, 'age'))
        else 16 + floor(44 * pow(draw(person, 'age'), 1.5))
    end::integer as age,
from timed;

-- Consent by person: the channels agreed to when joining, and perhaps a withdrawal.
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

-- The members of the shared things: six records hold the shop's own phone number, twelve or more
-- people used the kiosk, five the family tablet.
create table shared_members as
with
single_accounts as (
    select person, row_number() over (order by person) as step,
    from people
    where kind = 'online' and start_day < getvariable('days') - 1
),
kiosk_size as (
    select greatest(12, getvariable('people') // 100) as members
)
select
    person,
    step between 1 and 6 as has_shop_phone,
    case
        when step between 7 and 11 then 1
        when step between 12 and 11 + members then 2
    end as shared_device,
from single_accounts
cross join kiosk_size
where step <= 11 + members;

create macro shop_phone_digits() as '15770100';
-- Two devices of person 0, a number that nobody has.
create macro shared_device_identifier(shared_device) as device_identifier(0, shared_device);
create macro visit_key(person, visit) as person * 4096 + visit;
