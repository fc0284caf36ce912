create table order_lines as
with
lines as (
    select
        visits.key,
        visits.day,
        visits.favourite_category,
        visits.is_summer,
        visits.focus_product,
        unnest(range(1, visits.line_count + 1))::integer as line_number,
    from visits
    where visits.is_order
),
wanted as (
    select
        *,
        case
            when line_number = 1 then focus_product
            else slot_product(key, line_number, favourite_category, is_summer)
        end as wanted_product,
    from lines
),
sold as (
    select
        wanted.key,
        wanted.line_number,
        product_days.product,
        product_days.price as unit_price,
        case
            when draw(wanted.key * 16 + wanted.line_number, 'quantity') < 0.82 then 1
            when draw(wanted.key * 16 + wanted.line_number, 'quantity') < 0.96 then 2
            else 3
        end::bigint as quantity,
        draw(wanted.key * 16 + wanted.line_number, 'line discount') < 0.08 as has_line_discount,
    from wanted
    inner join product_launches on wanted.wanted_product = product_launches.product
    inner join product_days
        on product_days.product = case
            when wanted.day >= product_launches.launched_day then wanted.wanted_product
            else product_launches.fallback_product
        end
        and wanted.day = product_days.day
    where product_days.on_hand > 0
)
select
    key,
    line_number,
    printf('P%03d', product) as product_id,
    quantity,
    unit_price,
    case
        when has_line_discount then 10 * floor(unit_price * quantity / 100)::bigint
        else 0
    end as discount_amount,
from sold;

create macro order_identifier(key) as printf('O%010X', (key * 1000003) % 1099511627776);

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
identified as (
    select
        visits.key,
        visits.person,
        visits.visit,
        visits.day,
        visits.visit_kind,
        visits.campaign_number,
        visits.is_member,
        visits.known_by,
        visits.place,
        visits.has_coupon,
        case when visits.known_by = 'unknown' then visits.person end as guest_person,
        case
            when visits.known_by <> 'unknown'
                then visits.account_kind || printf('%06d', visits.person)
        end as customer_id,
        case
            when visits.visit_kind in ('store', 'marketplace') then visits.started_at
            else event_time(visits.started_at, visits.key, list_position(visits.script, 8 * 16))
        end as ordered_at,
        totals.gross_amount,
        totals.line_discount_amount,
        totals.gross_amount - totals.line_discount_amount as goods_amount,
        case
            when draw(visits.key, 'coupon kind') < 0.45 then 'percent'
            when draw(visits.key, 'coupon kind') < 0.85 then 'amount'
            else 'shipping'
        end as drawn_coupon_kind,
    from visits
    inner join totals on visits.key = totals.key
    where visits.is_order
),
discounted as (
    select
        *,
        case when has_coupon then drawn_coupon_kind end as coupon_kind,
        case
            when not has_coupon then null
            when drawn_coupon_kind = 'percent' then pick([5, 10, 15], draw(key, 'coupon value'))
            when
                drawn_coupon_kind = 'amount'
                then pick([2000, 3000, 5000], draw(key, 'coupon value'))
            else 3000
        end::bigint as coupon_value,
    from identified
),
reduced as (
    select
        *,
        line_discount_amount + case
            when coupon_kind = 'percent' then 10 * floor(goods_amount * coupon_value / 1000)::bigint
            when coupon_kind = 'amount' then least(coupon_value, goods_amount)
            else 0
        end as discount_amount,
        getvariable('days') - 1 - day as age,
        draw(key, 'fate') as fate,
    from discounted
),
settled as (
    select
        *,
        case
            when campaign_number is not null and age > 3 then 'delivered'
            when visit_kind = 'store' and fate > 0.03 then 'delivered'
            when age <= 1 and fate < 0.12 then 'pending'
            when fate < 0.04 then 'cancelled'
            when age > 3 and fate < 0.075 then 'refunded'
            when age > 3 and fate < 0.105 then 'partially_refunded'
            when age <= 1 then 'paid'
            when age <= 3 then 'shipped'
            when fate > 0.995 then 'pending'
            else 'delivered'
        end as status,
    from reduced
)
select
    order_identifier(settled.key) as order_id,
    settled.key,
    settled.person,
    settled.day,
    settled.ordered_at,
    settled.status,
    settled.gross_amount,
    settled.discount_amount,
    case
        when settled.status = 'refunded' then settled.gross_amount - settled.discount_amount
        when settled.status = 'partially_refunded'
            then
                10
                * floor(
                    (settled.gross_amount - settled.discount_amount)
                    * (0.2 + 0.5 * draw(settled.key, 'refund'))
                    / 10
                )::bigint
        else 0
    end as refunded_amount,
    case
        when settled.visit_kind = 'store' or settled.coupon_kind = 'shipping' then 0
        when settled.gross_amount - settled.discount_amount >= 50000 then 0
        else 3000
    end as shipping_amount,
    round((settled.gross_amount - settled.discount_amount) / 11)::bigint as tax_amount,
    case
        when settled.visit_kind in ('store', 'marketplace') then settled.visit_kind
        when settled.place = 'app' then 'app'
        else 'web'
    end as sales_channel,
    settled.coupon_kind,
    settled.coupon_value,
    case
        when not settled.has_coupon then null
        when settled.known_by <> 'unknown' and settled.visit_kind = 'online'
            then printf('K%010X', (settled.key * 1000033) % 1099511627776)
        else 'OPEN' || upper(settled.coupon_kind) || settled.coupon_value
    end as coupon_code,
    settled.known_by = 'unknown' as is_guest,
    settled.customer_id,
    case
        when settled.guest_person is not null then guest_contacts.email
        when draw(settled.key, 'contact') < 0.3 then accounts.email
    end as email,
    guest_contacts.phone_digits,
    least(
        sample_end() - interval 1 second,
        settled.ordered_at + to_seconds(case settled.status
            when 'pending' then 0
            when 'paid' then 600
            when 'shipped' then 90000
            else 200000 + floor(150000 * draw(settled.key, 'updated'))::integer
        end)
    ) as updated_at,
from settled
left join guest_contacts on settled.guest_person = guest_contacts.person
left join accounts on settled.customer_id = accounts.customer_id;
