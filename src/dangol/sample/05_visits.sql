-- Visits. A visit is a person's walk through the site, the app, a shop or a marketplace; events
-- and orders both come from it. `visit` numbers: 0 the first, 1- online, 1000- store, 1500-
-- marketplace, 2000- before the sign-up, 2100 a shared device, 2200 carts of the last two days,
-- 2300- campaigns.
create table visit_plans (
    person bigint,
    visit integer,
    visit_kind varchar,
    day integer,
    is_forced boolean,
    is_coupon_forced boolean,
    campaign_number integer
);

-- The people come in bursts: three visits in a row share a start. The season decides which happen.
insert into visit_plans
with
candidates as (
    select
        person,
        is_member,
        start_day,
        left_day,
        joined_day,
        unnest(range(
            1,
            least(
                900,
                1 + floor(
                    3.5 * visit_rate * (left_day - start_day + 1)
                    + draw(person, 'visit count')
                    + case when is_visitor then 0.5 else 0 end
                )
            )::bigint + 1
        ))::integer as visit,
    from people
    where kind not in ('store', 'marketplace') and start_day < getvariable('days') - 1
),
dated as (
    select
        *,
        (
            start_day - 2
            + floor(draw(visit_key(person, visit // 3), 'burst') * (left_day - start_day + 4))
            + floor(8 * pow(draw(visit_key(person, visit), 'in burst'), 2))
        )::integer as day,
    from candidates
)
select
    dated.person,
    dated.visit,
    'online' as visit_kind,
    dated.day,
    false as is_forced,
    false as is_coupon_forced,
    null as campaign_number,
from dated
inner join calendar on dated.day = calendar.day
where
    dated.day between dated.start_day + 1 and dated.left_day
    and draw(visit_key(dated.person, dated.visit), 'season') < calendar.weight
union all
select person, 0, 'online', start_day, false, false, null
from people
where kind not in ('store', 'marketplace') and joined_day >= 0
union all
select
    person,
    before.range::integer + 2000,
    'online',
    start_day - 1 - floor(14 * draw(visit_key(person, before.range), 'before'))::integer,
    false,
    false,
    null
from people
cross join range(2) as before
where
    is_member
    and joined_day >= 15
    and draw(visit_key(person, before.range), 'looked before') < 0.18
union all
select person, 2100, 'shared device', (start_day + left_day + 1) // 2, false, false, null
from people
inner join shared_members using (person)
where shared_device is not null
union all
select
    person,
    2200,
    'last cart',
    getvariable('days') - 1 - floor(2 * draw(person, 'last cart day'))::integer,
    false,
    false,
    null
from people
where is_member and start_day < getvariable('days') - 3 and draw(person, 'last cart') < 0.012;

-- Store and marketplace: no walk, only an order.
insert into visit_plans
with
candidates as (
    select
        people.person,
        people.left_day,
        accounts.account_kind,
        greatest(0, accounts.opened_day + 1) as first_day,
        unnest(range(
            0,
            least(
                400,
                1
                + floor(
                    -0.011
                    * (people.left_day - greatest(0, accounts.opened_day))
                    * ln(1 - draw(people.person, 'store rate'))
                )
            )::bigint
        ))::integer as number,
    from people
    inner join accounts on people.person = accounts.person
    where accounts.account_kind in ('S', 'M') and accounts.opened_day + 1 < people.left_day
)
select
    person,
    case when account_kind = 'S' then 1000 else 1500 end + number as visit,
    case when account_kind = 'S' then 'store' else 'marketplace' end as visit_kind,
    (
        first_day
        + floor((left_day - first_day + 1) * draw(visit_key(person, 1000 + number), 'store day'))
    )::integer as day,
    true,
    false,
    null,
from candidates;

-- A described visit. `script` lists the events as event number * 16 + product slot (0: no product,
-- 1: the product the visit is about, 2 to 9: others; the order's lines are slots 1 to line_count).
create macro event_names() as [
    'session_start', 'page_view', 'search', 'view_item', 'add_to_wishlist', 'add_to_cart',
    'remove_from_cart', 'begin_checkout', 'purchase', 'sign_up', 'login', 'share', 'generate_lead'
];
-- The product number of a slot, before the check that it is on sale yet.
create macro slot_product(key, slot, favourite_category, is_summer) as (
    case
        when draw(key * 16 + slot, 'slot kind') < 0.6 then favourite_category
        when is_summer and draw(key * 16 + slot, 'slot kind') < 0.8
            then pick([4, 6, 10], draw(key * 16 + slot, 'slot category'))
        else floor(12 * draw(key * 16 + slot, 'slot category'))::integer
    end * 20
    + 1
    + floor(20 * pow(draw(key * 16 + slot, 'slot rank'), 1.5))::integer
);

create view described_visits as
with
placed as (
    select
        visit_plans.*,
        visit_key(visit_plans.person, visit_plans.visit) as key,
        calendar.is_summer,
        calendar.is_sale_season,
        people.kind,
        people.is_member,
        people.is_price_hesitant,
        people.favourite_category,
        people.has_app,
        people.is_ios,
        people.acquisition,
        people.buy_share,
        people.joined_day,
        case
            when visit_plans.visit_kind in ('store', 'marketplace')
                then upper(visit_plans.visit_kind[1])
            when
                people.kind = 'chain'
                and visit_plans.day > (people.start_day + people.left_day) // 2
                and draw(visit_key(visit_plans.person, visit_plans.visit), 'account') < 0.5
                then 'R'
            when people.is_member then 'C'
        end as account_kind,
        -- A burst is about one product.
        slot_product(
            visit_key(visit_plans.person, visit_plans.visit // 3 + 3000),
            1,
            people.favourite_category,
            calendar.is_summer
        ) as wanted_product,
        visit_time(
            visit_key(visit_plans.person, visit_plans.visit),
            visit_plans.day,
            people.is_night_shopper,
            visit_plans.visit_kind = 'store'
        ) as started_at,
        case
            when visit_plans.visit_kind in ('store', 'marketplace') then visit_plans.visit_kind
            when visit_plans.visit_kind = 'shared device' then 'shared'
            when
                people.has_app
                and visit_plans.visit not in (0, 2000, 2001)
                and draw(visit_key(visit_plans.person, visit_plans.visit), 'place') < 0.6
                then 'app'
            when
                draw(visit_key(visit_plans.person, visit_plans.visit), 'place') > 0.72
                then 'desktop'
            when
                draw(visit_key(visit_plans.person, visit_plans.visit), 'place') > 0.68
                then 'tablet'
            else 'mobile'
        end as place,
    from visit_plans
    inner join people on visit_plans.person = people.person
    inner join calendar on visit_plans.day = calendar.day
),
known as (
    select
        placed.*,
        case
            when placed.day >= launches.launched_day then placed.wanted_product
            else launches.fallback_product
        end as focus_product,
        launches.fallback_product,
        case
            when visit_kind in ('store', 'marketplace') then 'account'
            when not is_member or visit >= 2000 and visit < 2100 then 'unknown'
            when visit = 0 then 'sign up'
            when visit_kind = 'shared device' or campaign_number is not null then 'login'
            when place = 'app' then 'account'
            when draw(key, 'known') < 0.5 then 'login'
            when draw(key, 'known') < 0.78 then 'account'
            else 'unknown'
        end as known_by,
    from placed
    inner join product_launches as launches on placed.wanted_product = launches.product
),
decided as (
    select
        known.* exclude (focus_product, fallback_product),
        case
            when is_forced and product_days.on_hand = 0 then fallback_product
            else focus_product
        end as focus_product,
        product_days.on_hand = 0 and not is_forced as is_out_of_stock,
        is_forced
        or (
            product_days.on_hand > 0
            and visit_kind = 'online'
            and visit < 2000
            and draw(key, 'buys') < buy_share
            * case when is_sale_season then 1.3 else 1 end
            * case when known_by = 'unknown' and is_member then 0.25 else 1 end
        ) as is_order,
    from known
    inner join product_days
        on known.focus_product = product_days.product and known.day = product_days.day
),
planned as (
    select
        *,
        case
            when is_order then 1 + floor(3.4 * pow(draw(key, 'lines'), 2))
            when visit_kind = 'last cart' then 1 + floor(2 * draw(key, 'lines'))
            when draw(key, 'cart') < 0.13 + case when is_price_hesitant then 0.25 else 0 end
                then 1 + floor(2 * pow(draw(key, 'lines'), 2))
            else 0
        end::integer as line_count,
        case
            when visit_kind = 'shared device' then 2
            when is_price_hesitant then 2 + floor(5 * draw(key, 'views'))
            when kind = 'visitor' then 1 + floor(3 * draw(key, 'views'))
            else 1 + floor(5.5 * pow(draw(key, 'views'), 1.3))
        end::integer as view_count,
        is_order and (
            is_coupon_forced
            or (is_price_hesitant and visit_kind = 'online' and known_by <> 'unknown')
            or draw(key, 'coupon')
            < case when visit_kind = 'online' and is_member then 0.16 else 0.04 end
        ) as has_coupon,
    from decided
)
select
    * exclude (wanted_product, line_count, has_app, acquisition, buy_share, joined_day, is_ios),
    case when not is_order and is_out_of_stock then 0 else line_count end as line_count,
    case
        when place in ('store', 'marketplace') then null
        when place = 'shared' then 'store'
        when place = 'app' and is_ios then 'ios'
        when place = 'app' then 'android'
        else 'web'
    end as platform,
    case
        when place in ('app', 'mobile') then 'mobile'
        when place in ('desktop', 'tablet') then place
        when place = 'shared' then 'tablet'
    end as device_type,
    -- Browsers forget their cookie every 240 days, apps keep their identifier.
    case place
        when 'app' then 0
        when 'mobile' then 1 + day // 240
        when 'desktop' then 11 + day // 240
        when 'tablet' then 21 + day // 240
    end::integer % 32 as device_slot,
    case
        when visit = 0 or (visit in (2000, 2001)) then acquisition
        when
            campaign_number is not null
            then {'source': 'crm', 'medium': 'email', 'campaign': 'campaign'}
        when
            draw(key, 'utm') < 0.12
            then {'source': 'crm', 'medium': 'email', 'campaign': 'newsletter'}
        when
            draw(key, 'utm') < 0.18
            then {'source': 'kakao', 'medium': 'message', 'campaign': 'channel'}
        when draw(key, 'utm') < 0.36 then acquisition
    end as utm,
    case
        when place = 'marketplace' then []
        when place = 'store' then [8 * 16]
        else [0, 16]
        || case
            when known_by = 'sign up' then [9 * 16] when known_by = 'login' then [10 * 16] else []
        end
        || case when draw(key, 'search') < 0.3 then [2 * 16] else [] end
        || list_transform(
            range(1, view_count + 1),
            lambda number: 3 * 16
            + case when number % 2 = 1 or is_price_hesitant then 1 else number end
        )
        || case
            when
                draw(key, 'wish') < case when is_out_of_stock then 0.5 else 0.07 end
                then [4 * 16 + 1]
            else []
        end
        || case
            when is_out_of_stock and not is_order then []
            else list_transform(range(1, line_count + 1), lambda number: 5 * 16 + number)
        end
        || case
            when not is_order and line_count > 1 and draw(key, 'removes') < 0.4 then [6 * 16 + 2]
            else []
        end
        || case
            when is_order then [7 * 16, 8 * 16]
            when
                line_count > 0 and not is_out_of_stock and draw(key, 'checkout') < 0.35
                then [7 * 16]
            else []
        end
        || case
            when known_by <> 'unknown' and draw(key, 'shares') < 0.012 then [11 * 16 + 1]
            when kind = 'visitor' and draw(key, 'lead') < 0.02 then [12 * 16]
            else []
        end
        || case when draw(key, 'end') < 0.45 then [16] else [] end
    end::integer[] as script,
from planned;

create table visits as
select * from described_visits;
truncate visit_plans;
