-- The catalogue: 12 categories of 20 products. Product number = category * 20 + rank + 1; low ranks
-- sell best, rank 0 is always in stock and was always on sale.
create table categories as
select
    row_number() over (order by sort_key)::integer - 1 as category,
    *,
from (
    values
    (1, 'skincare', '스킨케어', ['수분 크림', '진정 토너', '비타민 세럼', '클렌징 폼', '마스크팩 10매'], true, 24000),
    (2, 'makeup', '메이크업', ['쿠션 파운데이션', '립 틴트', '아이 팔레트', '마스카라', '블러셔'], false, 21000),
    (3, 'haircare', '헤어케어', ['샴푸 500ml', '트리트먼트', '헤어 오일', '두피 세럼', '헤어 미스트'], true, 18000),
    (4, 'bodycare', '바디케어', ['바디 로션', '바디 워시', '핸드 크림', '바디 스크럽', '데오드란트'], true, 15000),
    (5, 'suncare', '선케어', ['선크림 SPF50+', '선스틱', '선스프레이', '애프터선 젤', '톤업 선크림'], true, 19000),
    (6, 'fragrance', '향수', ['오 드 퍼퓸', '오 드 뚜왈렛', '솔리드 퍼퓸', '디퓨저', '룸 스프레이'], false, 48000),
    (
        7,
        'running',
        '러닝',
        ['Running Tee', 'Running Shorts', 'Windbreaker', 'Running Shoes', 'Race Singlet'],
        false,
        59000
    ),
    (
        8,
        'training',
        '트레이닝',
        ['Training Pants', 'Hoodie', 'Muscle Tee', 'Jogger', 'Track Jacket'],
        false,
        52000
    ),
    (
        9,
        'yoga',
        '요가',
        ['Leggings', 'Sports Bra', 'Yoga Mat', 'Cover-up', 'Biker Shorts'],
        false,
        43000
    ),
    (
        10,
        'outdoor',
        '아웃도어',
        ['Fleece', 'Hiking Pants', 'Rain Jacket', 'Trail Shoes', 'Sun Hat'],
        false,
        89000
    ),
    (
        11,
        'swim',
        '수영',
        ['One-piece Swimsuit', 'Rash Guard', 'Swim Trunks', 'Goggles', 'Beach Towel'],
        false,
        41000
    ),
    (
        12,
        'accessories',
        '액세서리',
        ['Sports Socks 3P', 'Cap', 'Gym Bag', 'Water Bottle', 'Headband'],
        false,
        17000
    )
) as rows (sort_key, category_name, category_name_ko, nouns, is_consumable, base_price);

create table products as
with
numbered as (
    select
        (categories.category * 20 + ranks.range + 1)::integer as product,
        ranks.range::integer as rank,
        categories.*,
    from categories
    cross join range(20) as ranks
)
select
    product,
    category,
    rank,
    printf('P%03d', product) as product_id,
    case
        when category < 6
            then ['달빛연구소', '소이랩', 'Moru', '온결', 'Hanok Beauty', '이슬담'][1 + rank % 6]
        else ['Hangang Athletics', '바람결', 'Baekdu', 'Runna Seoul', '파도', 'Dureum'][1 + rank % 6]
    end as brand,
    case
        when category < 6
            then pick(['데일리', '모이스트', '그린', '센서티브', '프리미엄'], draw(product, 'adjective'))
        else pick(['Light', 'Pro', 'Air', 'Dry', 'Classic'], draw(product, 'adjective'))
    end as adjective,
    nouns[1 + rank % 5] as noun,
    category_name,
    category_name_ko,
    is_consumable,
    (100 * round(base_price * (0.5 + 1.1 * draw(product, 'list price')) / 100))::bigint
        as list_price,
    case
        when rank < 14 then -200 - floor(700 * draw(product, 'launch'))
        when rank = 18 and category < 10
            then getvariable('days') - 1 - least(13, floor(14 * draw(product, 'launch')))
        else floor(0.9 * getvariable('days') * draw(product, 'launch'))
    end::integer as launched_day,
    case
        when rank = 0 then 'steady'
        when rank = 18 then 'new'
        when draw(product, 'stock pattern') < 0.10 then 'back'
        when draw(product, 'stock pattern') < 0.17 then 'low'
        when draw(product, 'stock pattern') < 0.45 then 'cycle'
        else 'steady'
    end as stock_pattern,
    (30 + floor(45 * draw(product, 'stock cycle')))::integer as stock_cycle,
    1 + floor(5 * draw(product, 'restocked'))::integer as restocked_days_ago,
    rank > 0 and draw(product, 'last price cut') < 0.12 as is_cut_last_week,
from numbered;

-- One row per product and day on sale: the price (won) and the units on hand at the day's end.
create table product_days as
with
phased as (
    select
        products.*,
        calendar.day,
        (calendar.day + floor(91 * draw(product, 'price offset'))::integer) as price_clock,
        (
            calendar.day - case
                when stock_pattern = 'back' then getvariable('days') - 1 - restocked_days_ago
                else floor(stock_cycle * draw(product, 'stock offset'))::integer
            end
            + 1000 * stock_cycle
        ) % stock_cycle / stock_cycle::double as stock_phase,
        greatest(1, getvariable('people') / 2000.0)
        * (40 + floor(160 * draw(product, 'stock size'))) as full_stock,
    from products
    inner join calendar on calendar.day >= products.launched_day
)
select
    product,
    day,
    (10 * round(
        list_price * case
            when is_cut_last_week and day >= getvariable('days') - 6 then 0.8
            when
                price_clock % 91 < 10
                and day < getvariable('days') - 20
                and draw(product * 1000 + price_clock // 91, 'price cut') < 0.45
                then
                    pick(
                        [0.9, 0.85, 0.8, 0.7], draw(product * 1000 + price_clock // 91, 'cut size')
                    )
            else 1
        end / 10
    ))::bigint as price,
    greatest(
        0,
        case
            when rank = 0 then full_stock
            when stock_pattern = 'low' and day >= getvariable('days') - 4
                then 1 + getvariable('days') - day
            when stock_pattern in ('cycle', 'back') then full_stock * (1 - 1.3 * stock_phase)
            else full_stock * (1 - 0.8 * stock_phase)
        end
    )::integer as on_hand,
from phased;

-- The product that stands in for one that is not on sale yet: the category's rank 0.
create table product_launches as
select product, launched_day, category * 20 + 1 as fallback_product, from products;
