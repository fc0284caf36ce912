-- The core marts by hand: what the build's own SQL is measured against. One script, run by
-- bench/compare.py in an empty DuckDB file, from the same raw Parquet files to the same rows.
--
-- It is tuned as one who writes for this data alone would tune it, and takes every short cut that
-- keeps the rows the same:
--   * it reads the columns that it needs, typed as they are, and checks nothing: no rejected rows,
--     no other currency, no variable, no later as-of date, no file but Parquet;
--   * it reads the events once to find what came twice, and once more to group them by visitor and
--     quarter of an hour: events of one quarter are one session, so only the quarters are sorted;
--   * local days are a shift of nine hours, since Seoul's clock has not changed since 1988;
--   * a score compares with the value below the cut point: no value lies between the two;
--   * nothing is kept that another mart might want.
-- Variables set before: raw and seeds (folders). `limit_marts` is the schema of what it makes.

create schema limit_marts;

create macro local_day(moment) as
    date '1970-01-01' + ((epoch_us(moment) + 32400000000) // 86400000000)::integer;
create macro utc(moment) as make_timestamp(epoch_us(moment));
create macro month_number(day) as year(day) * 12 + month(day);

------------------------------------------------------------------------------------- events

create temp table repeated_events as
with
repeated as (
    select hash(event_id) as event_hash
    from read_parquet(getvariable('raw') || '/events/*.parquet')
    group by event_hash
    having count(*) > 1
),
copies as (
    select events.*
    from read_parquet(getvariable('raw') || '/events/*.parquet') as events
    where hash(events.event_id) in (from repeated)
)
-- of the same event the newest delivery
select * from copies
qualify row_number() over (partition by event_id order by received_at desc) = 1;

-- the events of a visitor in a quarter of an hour, which is always within one local day
create temp table quarters as
with
once as (
    select *
    from read_parquet(getvariable('raw') || '/events/*.parquet')
    where event_id not in (select event_id from repeated_events)
    union all
    from repeated_events
)
select
    anonymous_id,
    customer_id,
    (epoch_us(occurred_at) // 900000000)::integer as quarter,
    min(occurred_at) as first_at,
    max(occurred_at) as last_at,
    count(*) as event_count,
    count(*) filter (event_name = 'view_item') as product_view_count,
    count(*) filter (event_name = 'add_to_cart') as cart_add_count,
    count(*) filter (event_name = 'purchase') as purchase_count,
    sum(engagement_seconds) as engagement_seconds,
    min(occurred_at) filter (event_name = 'sign_up') as sign_up_at,
    min(occurred_at) filter (event_name = 'add_to_cart') as cart_add_at,
    min(occurred_at) filter (event_name = 'add_to_wishlist') as wishlist_add_at,
    min(occurred_at) filter (event_name = 'share') as share_at,
    min(occurred_at, 3) filter (event_name = 'view_item') as views_at,
    min_by(
        {
            'event_id': event_id,
            'utm_source': utm_source,
            'utm_medium': utm_medium,
            'utm_campaign': utm_campaign,
            'device_type': device_type,
            'platform': platform
        },
        {'occurred_at': occurred_at, 'event_id': event_id}
    ) as first_event
from once
where anonymous_id is not null or customer_id is not null
group by anonymous_id, customer_id, quarter;

create temp table pairs as
select anonymous_id, customer_id, min(first_at) as first_at
from quarters
group by anonymous_id, customer_id;

create temp table devices as
select
    anonymous_id,
    count(customer_id) as customer_count,
    min(customer_id) as first_customer_id,
    count(customer_id) > 3 as is_shared,
from pairs
where anonymous_id is not null
group by anonymous_id;

------------------------------------------------------------------------ customers and orders

create temp table given_customers as
with
repeated as (
    select customer_id
    from read_parquet(getvariable('raw') || '/customers/*.parquet')
    group by customer_id
    having count(*) > 1
),
newest as (
    select *
    from read_parquet(getvariable('raw') || '/customers/*.parquet')
    where customer_id not in (from repeated)
    union all
    (
        select *
        from read_parquet(getvariable('raw') || '/customers/*.parquet')
        where customer_id in (from repeated)
        qualify row_number() over (partition by customer_id order by updated_at desc) = 1
    )
)
select
    * replace (
        nullif(lower(trim(email)), '') as email,
        case when phone is not null then '+82' || right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) end as phone
    ),
from newest;

create temp table given_orders as
with
repeated as (
    select order_id
    from read_parquet(getvariable('raw') || '/orders/*.parquet')
    group by order_id
    having count(*) > 1
),
newest as (
    select *
    from read_parquet(getvariable('raw') || '/orders/*.parquet')
    where order_id not in (from repeated)
    union all
    (
        select *
        from read_parquet(getvariable('raw') || '/orders/*.parquet')
        where order_id in (from repeated)
        qualify row_number() over (partition by order_id order by updated_at desc) = 1
    )
),
cleaned as (
    select
        * replace (
            nullif(lower(trim(email)), '') as email,
            case when phone is not null then '+82' || right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) end
                as phone
        ),
    from newest
)
select
    order_id,
    coalesce(customer_id, 'guest-' || md5(coalesce(email, phone))[:16]) as raw_customer_id,
    customer_id is null as is_guest,
    email,
    phone,
    ordered_at,
    local_day(ordered_at) as order_date,
    status,
    status in ('paid', 'shipped', 'delivered', 'partially_refunded') as is_valid,
    gross_amount,
    discount_amount,
    refunded_amount,
    shipping_amount,
    tax_amount,
    case
        when status in ('paid', 'shipped', 'delivered', 'partially_refunded')
            then greatest(gross_amount - discount_amount - refunded_amount, 0)
        else 0
    end::decimal(18, 4) as net_revenue,
    currency,
    sales_channel,
    coupon_code,
from cleaned;

set variable as_of = (
    select greatest((select max(order_date) from given_orders), (select local_day(max(last_at)) from quarters))
);

------------------------------------------------------------------------------------ identity

create temp table links as
with
contacts as (
    select customer_id, 'email' as kind, email as contact
    from given_customers
    where regexp_matches(email, '^[^@ ,;<>"]+@[^@ ,;<>".]+([.][^@ ,;<>".]+)+$')
    union
    select raw_customer_id, 'email', email
    from given_orders
    where raw_customer_id is not null
        and regexp_matches(email, '^[^@ ,;<>"]+@[^@ ,;<>".]+([.][^@ ,;<>".]+)+$')
    union
    select customer_id, 'phone', phone from given_customers where phone is not null
    union
    select raw_customer_id, 'phone', phone
    from given_orders
    where raw_customer_id is not null and phone is not null
),
shared as (
    select min(customer_id) as first_id, list(customer_id) as ids
    from contacts
    group by kind, contact
    having count(*) between 2 and 3
),
joined as (
    select unnest(ids) as one, first_id as other from shared
    union
    select pairs.customer_id, devices.first_customer_id
    from pairs
    inner join devices using (anonymous_id)
    where devices.customer_count > 1 and not devices.is_shared and pairs.customer_id is not null
)
select one, other from joined where one <> other
union
select other, one from joined where one <> other;

create temp table customer_map as
with recursive
labels (id, label) using key (id) as (
    select one, least(one, min(other)) from links group by one
    union
    select links.other, min(labels.label)
    from labels
    inner join links on labels.id = links.one
    inner join recurring.labels as known on links.other = known.id
    where labels.label < known.label
    group by links.other
),
known as (
    select customer_id, signed_up_at as known_at, false as is_guest, signed_up_at from given_customers
    union all
    select raw_customer_id, min(ordered_at), bool_and(is_guest), null
    from given_orders
    where raw_customer_id is not null
    group by raw_customer_id
    union all
    select customer_id, null, false, null from pairs where customer_id is not null group by customer_id
),
-- a guest has no record and no event
records as (
    select customer_id, min(known_at) as known_at, bool_and(is_guest) as is_guest, min(signed_up_at) as signed_up_at
    from known
    group by customer_id
)
select
    records.customer_id,
    records.signed_up_at,
    case
        when labels.id is null then records.customer_id
        else first_value(records.customer_id) over (
            partition by labels.label
            order by
                records.is_guest asc nulls last, records.known_at asc nulls last, records.customer_id asc
        )
    end as person_id,
from records
left join labels on records.customer_id = labels.id;

create temp table device_map as
select
    devices.anonymous_id,
    -- a number sorts faster than a text
    row_number() over () as device_number,
    devices.is_shared,
    case when not devices.is_shared then customer_map.person_id end as person_id,
from devices
left join customer_map on devices.first_customer_id = customer_map.customer_id;

------------------------------------------------------------------------------------ sessions

-- a visitor is a device; without one, or on a shared one, the customer
create table limit_marts.sessions as
with
visitors as (
    select
        quarters.* exclude (sign_up_at, cart_add_at, wishlist_add_at, share_at, views_at),
        case when coalesce(device_map.is_shared, true) then quarters.customer_id end as visitor_id,
        device_map.device_number,
        device_map.person_id as device_person_id,
    from quarters
    left join device_map on quarters.anonymous_id = device_map.anonymous_id
),
-- in a quarter a visitor has at most four rows: a device that is not shared knows three customers
gapped as (
    select
        *,
        coalesce(
            first_at > greatest(
                lag(last_at, 1) over visitor,
                lag(last_at, 2) over visitor,
                lag(last_at, 3) over visitor,
                lag(last_at, 4) over visitor
            ) + interval 30 minute,
            true
        ) as is_start,
    from visitors
    window visitor as (
        partition by device_number, visitor_id order by quarter, first_at, first_event.event_id
    )
),
numbered as (
    select
        *,
        sum(is_start::integer) over (
            partition by device_number, visitor_id
            order by quarter, first_at, first_event.event_id
            rows unbounded preceding
        ) as session_number,
    from gapped
),
merged as (
    select
        any_value(anonymous_id) as anonymous_id,
        visitor_id,
        any_value(device_person_id) as device_person_id,
        min(first_at) as started_at,
        max(last_at) as ended_at,
        sum(event_count)::bigint as event_count,
        sum(product_view_count)::bigint as product_view_count,
        sum(cart_add_count)::bigint as cart_add_count,
        sum(purchase_count)::bigint as purchase_count,
        coalesce(sum(engagement_seconds), 0)::decimal(18, 4) as engagement_seconds,
        any_value(first_event) filter (is_start) as first_event,
    from numbered
    group by device_number, visitor_id, session_number
)
select
    md5(
        coalesce(merged.anonymous_id, '')
        || case when merged.visitor_id is null then '|anonymous_id|' else '|customer_id|' end
        || coalesce(merged.visitor_id, merged.anonymous_id)
        || '|' || epoch_us(merged.started_at)
    ) as session_id,
    case when merged.visitor_id is null then merged.device_person_id else customer_map.person_id end
        as customer_id,
    merged.anonymous_id,
    utc(merged.started_at) as started_at,
    utc(merged.ended_at) as ended_at,
    local_day(merged.started_at) as session_date,
    merged.event_count,
    merged.product_view_count,
    merged.cart_add_count,
    merged.purchase_count,
    merged.engagement_seconds,
    merged.first_event.utm_source as utm_source,
    merged.first_event.utm_medium as utm_medium,
    merged.first_event.utm_campaign as utm_campaign,
    merged.first_event.device_type as device_type,
    merged.first_event.platform as platform,
    merged.product_view_count >= 2
    or merged.engagement_seconds >= 10
    or merged.cart_add_count > 0
    or merged.purchase_count > 0 as is_engaged,
from merged
left join customer_map on merged.visitor_id = customer_map.customer_id;

-------------------------------------------------------------------------------------- orders

create table limit_marts.orders as
select
    given_orders.order_id,
    customer_map.person_id as customer_id,
    utc(given_orders.ordered_at) as ordered_at,
    given_orders.order_date,
    given_orders.status,
    given_orders.is_valid,
    case
        when given_orders.is_valid and customer_map.person_id is not null
            then row_number() over people_orders
    end::integer as order_number,
    given_orders.gross_amount,
    given_orders.discount_amount,
    given_orders.refunded_amount,
    given_orders.shipping_amount,
    given_orders.tax_amount,
    given_orders.net_revenue,
    given_orders.currency,
    given_orders.currency as original_currency,
    given_orders.sales_channel,
    given_orders.coupon_code,
    case
        when given_orders.is_valid and customer_map.person_id is not null
            then given_orders.order_date - lag(given_orders.order_date) over people_orders
    end::integer as days_since_previous_order,
from given_orders
left join customer_map on given_orders.raw_customer_id = customer_map.customer_id
window people_orders as (
    partition by customer_map.person_id, given_orders.is_valid
    order by given_orders.ordered_at, given_orders.order_id
);

----------------------------------------------------------------------------------- customers

create temp table person_records as
with
ranked as (
    select
        given_customers.*,
        customer_map.person_id,
        row_number() over (
            partition by customer_map.person_id
            order by
                given_customers.updated_at desc nulls last,
                given_customers.customer_id = customer_map.person_id desc,
                given_customers.customer_id asc
        ) as newness,
        row_number() over (
            partition by customer_map.person_id
            order by
                coalesce(acquisition_source, acquisition_medium, acquisition_campaign) is null,
                given_customers.signed_up_at asc nulls last,
                given_customers.customer_id asc
        ) as acquisition_number,
    from given_customers
    inner join customer_map on given_customers.customer_id = customer_map.customer_id
)
select
    person_id,
    min_by(email, newness) filter (email is not null) as email,
    min_by(phone, newness) filter (phone is not null) as phone_e164,
    min_by(name, newness) filter (name is not null) as name,
    min_by(birth_date, newness) filter (birth_date is not null) as birth_date,
    min_by(gender, newness) filter (gender is not null) as gender,
    min_by(country, newness) filter (country is not null) as country,
    min_by(region, newness) filter (region is not null) as region,
    min_by(language, newness) filter (language is not null) as language,
    max(acquisition_source) filter (acquisition_number = 1) as acquisition_source,
    max(acquisition_medium) filter (acquisition_number = 1) as acquisition_medium,
    max(acquisition_campaign) filter (acquisition_number = 1) as acquisition_campaign,
    min_by(referred_by_customer_id, newness) filter (referred_by_customer_id is not null)
        as referred_by_customer_id,
from ranked
group by person_id;

-- who left no e-mail or phone may have typed one into an order
create temp table order_contacts as
with
candidates as (
    select
        customer_map.person_id,
        given_orders.email,
        given_orders.phone,
        row_number() over (
            partition by customer_map.person_id
            order by
                given_orders.ordered_at desc,
                given_orders.raw_customer_id = customer_map.person_id desc,
                given_orders.order_id asc
        ) as newness,
    from given_orders
    inner join customer_map on given_orders.raw_customer_id = customer_map.customer_id
    where
        (given_orders.email is not null or given_orders.phone is not null)
        and customer_map.person_id not in (
            select person_id from person_records where email is not null and phone_e164 is not null
        )
)
select
    person_id,
    min_by(email, newness) filter (email is not null) as email,
    min_by(phone, newness) filter (phone is not null) as phone_e164,
from candidates
group by person_id;

-- what the events and the orders say of a person
create temp table person_quarters as
select
    case
        when device_map.anonymous_id is null or device_map.is_shared then customer_map.person_id
        else device_map.person_id
    end as customer_id,
    quarters.first_at,
    ((quarters.quarter + 36) // 96)::integer as day_number,
    quarters.product_view_count,
    quarters.sign_up_at,
    quarters.cart_add_at,
    quarters.wishlist_add_at,
    quarters.share_at,
    quarters.views_at,
from quarters
left join device_map on quarters.anonymous_id = device_map.anonymous_id
left join customer_map on quarters.customer_id = customer_map.customer_id;

create table limit_marts.customers as
with
people as (
    select person_id, min(signed_up_at) as signed_up_at
    from customer_map
    group by person_id
),
first_sessions as (
    select
        customer_id,
        min_by(
            {
                'started_at': started_at,
                'utm_source': utm_source,
                'utm_medium': utm_medium,
                'utm_campaign': utm_campaign
            },
            {'started_at': started_at, 'session_id': session_id}
        ) as first_session,
    from limit_marts.sessions
    where customer_id is not null
    group by customer_id
),
sign_ups as (
    select customer_id, min(sign_up_at) as sign_up_at
    from person_quarters
    where customer_id is not null and sign_up_at is not null
    group by customer_id
),
ordering as (
    select
        customer_id,
        min(ordered_at) as first_placed_at,
        min(ordered_at) filter (is_valid) as first_ordered_at,
        max(ordered_at) filter (is_valid) as last_ordered_at,
        count(*) filter (is_valid) as order_count,
        sum(net_revenue)::decimal(18, 4) as net_revenue,
    from limit_marts.orders
    where customer_id is not null
    group by customer_id
),
joined as (
    select
        people.person_id as customer_id,
        coalesce(person_records.email, order_contacts.email) as email,
        coalesce(person_records.phone_e164, order_contacts.phone_e164) as phone_e164,
        person_records.* exclude (person_id, email, phone_e164),
        least(utc(people.signed_up_at), first_sessions.first_session.started_at) as first_known_at,
        utc(least(people.signed_up_at, sign_ups.sign_up_at)) as signed_up_at,
        ordering.first_placed_at,
        ordering.first_ordered_at,
        ordering.last_ordered_at,
        coalesce(ordering.order_count, 0) as order_count,
        coalesce(ordering.net_revenue, 0)::decimal(18, 4) as net_revenue,
        first_sessions.first_session as first_session,
        referrers.person_id as referrer_id,
    from people
    left join person_records on people.person_id = person_records.person_id
    left join order_contacts on people.person_id = order_contacts.person_id
    left join first_sessions on people.person_id = first_sessions.customer_id
    left join sign_ups on people.person_id = sign_ups.customer_id
    left join ordering on people.person_id = ordering.customer_id
    left join customer_map as referrers
        on
            person_records.referred_by_customer_id = referrers.customer_id
            and people.person_id <> referrers.person_id
)
select
    customer_id,
    email,
    phone_e164,
    name,
    birth_date,
    gender,
    country,
    region,
    language,
    least(first_known_at, first_placed_at) as first_seen_at,
    signed_up_at,
    first_ordered_at,
    last_ordered_at,
    order_count,
    net_revenue,
    -- half a hundredth of a won is rounded up
    case
        when order_count > 0
            then (((net_revenue * 10000)::bigint * 2 + order_count) // (2 * order_count))::decimal(18, 0) * 0.0001
    end::decimal(18, 4) as average_order_value,
    case when num_nulls < 3 then first_session.utm_source else acquisition_source end as acquisition_source,
    case when num_nulls < 3 then first_session.utm_medium else acquisition_medium end as acquisition_medium,
    case when num_nulls < 3 then first_session.utm_campaign else acquisition_campaign end as acquisition_campaign,
    referrer_id as referred_by_customer_id,
    signed_up_at is not null as is_member,
from (
    select
        *,
        (first_session.utm_source is null)::integer
        + (first_session.utm_medium is null)::integer
        + (first_session.utm_campaign is null)::integer as num_nulls,
    from joined
) as judged;

----------------------------------------------------------------------------------------- RFM

create temp table rfm_dates as
with
first_months as (
    select
        case
            when day(min(order_date)) = 1 then min(order_date)
            else (date_trunc('month', min(order_date)) + interval 1 month)::date
        end as first_month,
    from limit_marts.orders
    where is_valid and customer_id is not null
),
dates as (
    select last_day(first_month + to_months(numbers.range::integer)) as as_of_date
    from first_months
    cross join range(0, 1200) as numbers
    where last_day(first_month + to_months(numbers.range::integer)) <= getvariable('as_of')
    union
    select getvariable('as_of')
)
select
    as_of_date,
    as_of_date = last_day(as_of_date) as is_month_end,
    as_of_date = getvariable('as_of') as is_as_of,
    lag(as_of_date) over (order by as_of_date) as previous_date,
    lead(as_of_date) over (order by as_of_date) as next_date,
    row_number() over (order by as_of_date)::integer as date_number,
from dates;

-- orders that enter and leave the window on the same dates count together
create temp table rfm_measures as
with
classes as (
    select
        orders.order_date,
        min(dates.date_number) as enters,
        max(dates.date_number) as leaves,
    from (select distinct order_date from limit_marts.orders) as orders
    inner join rfm_dates as dates
        on orders.order_date <= dates.as_of_date and orders.order_date > dates.as_of_date - 365
    group by orders.order_date
),
bundles as (
    select
        orders.customer_id,
        classes.enters,
        classes.leaves,
        max(orders.order_date) as last_order_date,
        count(*) as order_count,
        sum(orders.net_revenue)::decimal(18, 4) as net_revenue,
    from limit_marts.orders
    inner join classes on orders.order_date = classes.order_date
    where orders.is_valid and orders.customer_id is not null
    group by orders.customer_id, classes.enters, classes.leaves
),
spread as (
    select
        customer_id,
        unnest(range(enters, leaves + 1))::integer as date_number,
        last_order_date,
        order_count,
        net_revenue,
    from bundles
)
select
    rfm_dates.as_of_date,
    spread.customer_id,
    (rfm_dates.as_of_date - max(spread.last_order_date))::integer as recency_days,
    sum(spread.order_count)::bigint as frequency,
    sum(spread.net_revenue)::decimal(18, 4) as monetary,
from spread
inner join rfm_dates on spread.date_number = rfm_dates.date_number
group by rfm_dates.as_of_date, spread.customer_id;

create temp table rfm_cuts as
with
counted as (
    select as_of_date, 1 as measure, recency_days::decimal(18, 4) as value, count(*) as people
    from rfm_measures
    group by as_of_date, recency_days
    union all
    select as_of_date, 2, frequency, count(*) from rfm_measures group by as_of_date, frequency
    union all
    select as_of_date, 3, monetary, count(*) from rfm_measures group by as_of_date, monetary
),
placed as (
    select
        *,
        sum(people) over (
            partition by as_of_date, measure order by value rows unbounded preceding
        ) - people as first_place,
        sum(people) over (partition by as_of_date, measure) as population,
    from counted
)
select
    as_of_date,
    max(value) filter (measure = 1 and first_place <= (population - 1) * 1 // 5) as recency_1,
    max(value) filter (measure = 1 and first_place <= (population - 1) * 2 // 5) as recency_2,
    max(value) filter (measure = 1 and first_place <= (population - 1) * 3 // 5) as recency_3,
    max(value) filter (measure = 1 and first_place <= (population - 1) * 4 // 5) as recency_4,
    max(value) filter (measure = 2 and first_place <= (population - 1) * 1 // 5) as frequency_1,
    max(value) filter (measure = 2 and first_place <= (population - 1) * 2 // 5) as frequency_2,
    max(value) filter (measure = 2 and first_place <= (population - 1) * 3 // 5) as frequency_3,
    max(value) filter (measure = 2 and first_place <= (population - 1) * 4 // 5) as frequency_4,
    max(value) filter (measure = 3 and first_place <= (population - 1) * 1 // 5) as monetary_1,
    max(value) filter (measure = 3 and first_place <= (population - 1) * 2 // 5) as monetary_2,
    max(value) filter (measure = 3 and first_place <= (population - 1) * 3 // 5) as monetary_3,
    max(value) filter (measure = 3 and first_place <= (population - 1) * 4 // 5) as monetary_4,
from placed
group by as_of_date;

create temp table rfm_runs as
with
segments as (
    from read_csv(getvariable('seeds') || '/rfm_segments.csv', header = true)
),
scores as (
    select unnest([1, 2, 3, 4, 5]) as score
),
cells as (
    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score,
        recency.score || '' || frequency.score || monetary.score as rfm_code,
        first(segments.segment_code order by segments.match_order, segments.segment_code) as segment_code,
        first(segments.name_en order by segments.match_order, segments.segment_code) as segment_name_en,
        first(segments.name_ko order by segments.match_order, segments.segment_code) as segment_name_ko,
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary
    inner join segments
        on
            recency.score between segments.recency_min and segments.recency_max
            and frequency.score between segments.frequency_min and segments.frequency_max
            and monetary.score between segments.monetary_min and segments.monetary_max
    group by recency.score, frequency.score, monetary.score
),
scored as (
    select
        measures.*,
        5 - ((measures.recency_days > cuts.recency_1)::integer + (measures.recency_days > cuts.recency_2)::integer + (measures.recency_days > cuts.recency_3)::integer + (measures.recency_days > cuts.recency_4)::integer) as recency_score,
        1 + (measures.frequency > cuts.frequency_1)::integer + (measures.frequency > cuts.frequency_2)::integer + (measures.frequency > cuts.frequency_3)::integer + (measures.frequency > cuts.frequency_4)::integer as frequency_score,
        1 + (measures.monetary > cuts.monetary_1)::integer + (measures.monetary > cuts.monetary_2)::integer + (measures.monetary > cuts.monetary_3)::integer + (measures.monetary > cuts.monetary_4)::integer as monetary_score,
    from rfm_measures as measures
    inner join rfm_cuts as cuts on measures.as_of_date = cuts.as_of_date
),
neighboured as (
    select
        scored.*,
        cells.rfm_code,
        cells.segment_code,
        cells.segment_name_en,
        cells.segment_name_ko,
        lag(cells.segment_code) over people as earlier_segment_code,
        lag(scored.as_of_date) over people as earlier_date,
    from scored
    inner join cells
        on
            scored.recency_score = cells.recency_score
            and scored.frequency_score = cells.frequency_score
            and scored.monetary_score = cells.monetary_score
    window people as (partition by scored.customer_id order by scored.as_of_date)
),
moved as (
    select
        neighboured.*,
        dates.is_month_end,
        dates.is_as_of,
        case
            when earlier_date is null then 'none'
            when earlier_date < dates.previous_date then 'dormant'
            else earlier_segment_code
        end as from_segment_code,
    from neighboured
    inner join rfm_dates as dates on neighboured.as_of_date = dates.as_of_date
)
-- the newest change up to each date says where the person came from, and when
select
    moved.* exclude (from_segment_code),
    nullif(
        last_value(case when from_segment_code <> segment_code then from_segment_code end ignore nulls) over people,
        'none'
    ) as previous_segment_code,
    last_value(case when from_segment_code <> segment_code then as_of_date end ignore nulls) over people
        as segment_changed_on,
from moved
window people as (partition by customer_id order by as_of_date rows unbounded preceding);

create macro rfm_rows() as table
select
    customer_id,
    as_of_date,
    recency_days,
    frequency,
    monetary,
    recency_score,
    frequency_score,
    monetary_score,
    rfm_code,
    segment_code,
    segment_name_en,
    segment_name_ko,
    previous_segment_code,
    segment_changed_on,
    is_month_end,
    is_as_of,
from rfm_runs;

create table limit_marts.rfm_scores as
select * exclude (is_month_end, is_as_of) from rfm_rows() where is_as_of;

create table limit_marts.rfm_history as
select * exclude (is_month_end, is_as_of) from rfm_rows() where is_month_end;

------------------------------------------------------------------------------------- journey

create temp table customer_months as
select
    customer_id,
    date_trunc('month', order_date)::date as month_start,
    sum(net_revenue)::decimal(18, 4) as net_revenue,
from limit_marts.orders
where is_valid and customer_id is not null
group by customer_id, month_start;

create table limit_marts.journey_stages as
with
acquired as (
    select
        customer_id,
        signed_up_at,
        first_seen_at as acquired_at,
        local_day(first_seen_at) as acquired_on,
        local_day(first_seen_at) - date '1970-01-01' as acquired_day_number,
    from limit_marts.customers
),
-- days after the activation window activate nobody, and those after the retention window retain nobody
visiting as (
    select
        acquired.customer_id,
        min(person_quarters.sign_up_at) as sign_up_at,
        min(person_quarters.cart_add_at) as cart_add_at,
        min(person_quarters.wishlist_add_at) as wishlist_add_at,
        min(person_quarters.share_at) as share_at,
        min(person_quarters.first_at) filter (
            person_quarters.day_number - acquired.acquired_day_number between 1 and 30
        ) as returned_at,
    from person_quarters
    inner join acquired on person_quarters.customer_id = acquired.customer_id
    group by acquired.customer_id
),
third_views as (
    select
        customer_id,
        min(viewed_at, 3)[3] as viewed_at,
    from (
        select person_quarters.customer_id, unnest(person_quarters.views_at) as viewed_at
        from person_quarters
        inner join acquired on person_quarters.customer_id = acquired.customer_id
        where
            person_quarters.product_view_count > 0
            and person_quarters.day_number - acquired.acquired_day_number <= 14
    ) as views
    group by customer_id
),
ordering as (
    select
        acquired.customer_id,
        min(orders.ordered_at) filter (orders.order_date - acquired.acquired_on between 1 and 30) as returned_at,
        min(orders.ordered_at) filter (orders.order_number = 1) as revenue_at,
    from limit_marts.orders
    inner join acquired on orders.customer_id = acquired.customer_id
    group by acquired.customer_id
),
months as (
    select
        customer_id,
        month_number(getvariable('as_of')) - month_number(max(month_start)) as idle_months,
        max(month_start, 2) as last_months,
    from customer_months
    group by customer_id
),
signed_up as (
    select
        acquired.*,
        least(acquired.signed_up_at, utc(visiting.sign_up_at)) as first_signed_up_at,
        utc(visiting.cart_add_at) as cart_add_at,
        utc(visiting.wishlist_add_at) as wishlist_add_at,
        utc(visiting.share_at) as share_at,
        utc(third_views.viewed_at) as third_view_at,
        least(utc(visiting.returned_at), ordering.returned_at) as retained_at,
        ordering.revenue_at,
        case
            when months.customer_id is null then 'prospect'
            when idle_months > 12 then 'gone'
            when idle_months > 1 then 'lost'
            when idle_months = 1 then 'dormant'
            when len(last_months) = 1 then 'new'
            when month_number(last_months[1]) - month_number(last_months[2]) = 1 then 'repeat'
            else 'returning'
        end as lifecycle_state,
    from acquired
    left join visiting on acquired.customer_id = visiting.customer_id
    left join third_views on acquired.customer_id = third_views.customer_id
    left join ordering on acquired.customer_id = ordering.customer_id
    left join months on acquired.customer_id = months.customer_id
),
referring as (
    select
        referrers.person_id as customer_id,
        min(coalesce(given_customers.signed_up_at, signed_up.first_signed_up_at)) as referred_at,
    from given_customers
    inner join customer_map on given_customers.customer_id = customer_map.customer_id
    inner join signed_up on customer_map.person_id = signed_up.customer_id
    inner join customer_map as referrers
        on given_customers.referred_by_customer_id = referrers.customer_id
    where customer_map.person_id <> referrers.person_id
    group by referrers.person_id
),
acting as (
    select
        signed_up.*,
        least(first_signed_up_at, cart_add_at, wishlist_add_at, third_view_at) as first_action_at,
        case
            when least(share_at, referring.referred_at) < acquired_at then acquired_at
            else least(share_at, referring.referred_at)
        end as referral_at,
    from signed_up
    left join referring on signed_up.customer_id = referring.customer_id
),
activated as (
    select
        *,
        case when local_day(first_action_at) - acquired_on <= 14 then first_action_at end as activated_at,
    from acting
)
select
    customer_id,
    acquired_at is not null as is_acquired,
    acquired_at,
    activated_at is not null as is_activated,
    activated_at,
    retained_at is not null as is_retained,
    retained_at,
    revenue_at is not null as is_revenue,
    revenue_at,
    referral_at is not null as is_referral,
    referral_at,
    case
        when referral_at is not null then 'referral'
        when revenue_at is not null then 'revenue'
        when retained_at is not null then 'retention'
        when activated_at is not null then 'activation'
        when acquired_at is not null then 'acquisition'
    end as furthest_stage,
    lifecycle_state,
from activated;

create table limit_marts.retention_cohorts as
with
firsts as (
    select *, min(month_start) over (partition by customer_id) as cohort_month
    from customer_months
),
active as (
    select
        cohort_month,
        month_number(month_start) - month_number(cohort_month) as months_since,
        count(*) as active_customers,
        sum(net_revenue)::decimal(18, 4) as net_revenue,
    from firsts
    group by cohort_month, months_since
),
dense as (
    select
        cohort_month,
        active_customers as cohort_size,
        unnest(range(0, month_number(getvariable('as_of')) - month_number(cohort_month) + 1))::integer as months_since,
    from active
    where months_since = 0
)
select
    dense.cohort_month,
    dense.months_since,
    dense.cohort_size,
    coalesce(active.active_customers, 0) as active_customers,
    coalesce(active.active_customers, 0)::double / dense.cohort_size as retention_rate,
    coalesce(active.net_revenue, 0)::decimal(18, 4) as net_revenue,
from dense
left join active on dense.cohort_month = active.cohort_month and dense.months_since = active.months_since;
