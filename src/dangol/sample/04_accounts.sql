-- One row per customer_id that ever appears, with its person and its contacts.
-- C: web and app member; S: store card; M: marketplace account; R: a member who registered again.
create table accounts as
with
facts as (
    select
        people.*,
        case
            when is_member and joined_day >= 0 then event_time(
                visit_time(visit_key(people.person, 0), start_day, is_night_shopper, false),
                visit_key(people.person, 0),
                3
            )
            else
                day_start(joined_day)
                + to_seconds(36000 + floor(36000 * draw(people.person, 'joined at'))::integer)
        end as joined_at,
        draw(people.person, 'shared contact') < 0.55 or kind = 'chain' as is_linked_by_phone,
        lower(given_name.en || '.' || surname.en) || people.person
        || pick(
            ['@example.com', '@example.com', '@example.net', '@example.org'],
            draw(people.person, 'provider')
        )
            as email,
        lower(surname.en || given_name.en[1])
        || people.person
        || '@mail.example.com' as second_email,
        coalesce(has_shop_phone, false) as has_shop_phone,
        -- Store cards and marketplace accounts were opened before or after joining.
        case
            when joined_day + floor(150 * (2 * draw(people.person, 'card') - 1)) < left_day
                then joined_day + floor(150 * (2 * draw(people.person, 'card') - 1))
            else joined_day
        end::integer as card_day,
        -- Left out by the person, where no link depends on it.
        kind = 'online' and draw(people.person, 'no contact') < 0.06 as has_no_phone,
        kind = 'online' and draw(people.person, 'no contact') > 0.97 as has_no_email,
    from people
    left join shared_members using (person)
    where not is_visitor
)
select
    'C' || printf('%06d', person) as customer_id,
    person,
    'C' as account_kind,
    joined_day as opened_day,
    joined_at as signed_up_at,
    case when has_no_email then null else email end as email,
    case
        when has_shop_phone then shop_phone_digits()
        when has_no_phone then null
        else phone_digits
    end as phone_digits,
from facts
where is_member
union all by name
select
    'S' || printf('%06d', person) as customer_id,
    person,
    'S' as account_kind,
    case when kind = 'store' then joined_day else card_day end as opened_day,
    day_start(case when kind = 'store' then joined_day else card_day end)
    + to_seconds(36000 + floor(30000 * draw(person, 'card at'))::integer) as signed_up_at,
    case
        when kind = 'chain' then second_email
        when kind = 'online and store' and not is_linked_by_phone then email
    end as email,
    case when kind = 'store' or is_linked_by_phone then phone_digits end as phone_digits,
from facts
where has_store_card
union all by name
-- Marketplace accounts that are linked have a record; the others appear in orders only.
select
    'M' || printf('%06d', person) as customer_id,
    person,
    'M' as account_kind,
    case when kind = 'marketplace' then joined_day else card_day end as opened_day,
    day_start(case when kind = 'marketplace' then joined_day else card_day end)
    + to_seconds(36000 + floor(30000 * draw(person, 'market at'))::integer) as signed_up_at,
    null as email,
    case when kind <> 'marketplace' then phone_digits end as phone_digits,
from facts
where has_marketplace_account
union all by name
select
    'R' || printf('%06d', person) as customer_id,
    person,
    'R' as account_kind,
    ((start_day + left_day) // 2)::integer as opened_day,
    day_start(((start_day + left_day) // 2)::integer) + to_seconds(3600) as signed_up_at,
    second_email as email,
    null as phone_digits,
from facts
where kind = 'chain';

-- What a guest types at the checkout: always the same, e-mail or phone or both.
create table guest_contacts as
select
    person,
    case
        when kind = 'guest' and draw(person, 'guest contact') < 0.66
            then 'guest.' || lower(given_name.en) || person || '@example.org'
    end as email,
    case
        when kind = 'guest' and draw(person, 'guest contact') > 0.34 then phone_digits
    end as phone_digits,
from people
where kind = 'guest'
union all by name
select
    accounts.person,
    case
        when accounts.phone_digits is null or shared_members.has_shop_phone
            or draw(person, 'guest contact') < 0.6
            then accounts.email
    end as email,
    case
        when accounts.email is null or draw(person, 'guest contact') >= 0.6
            then accounts.phone_digits
    end as phone_digits,
from accounts
left join shared_members using (person)
where accounts.account_kind = 'C';
update guest_contacts
set phone_digits = null
where phone_digits = shop_phone_digits();
