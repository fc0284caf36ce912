-- What was planted. A person is named by the oldest customer_id (signed up or ordered first; ties
-- by id); a person who has none by `guest:` and a number.
create table named_people as
with
first_orders as (
    select customer_id, min(ordered_at) as ordered_at
    from shop_orders
    where customer_id is not null
    group by customer_id
),
ages as (
    select
        accounts.person,
        accounts.customer_id,
        case
            when people.kind = 'marketplace' then first_orders.ordered_at
            else least(accounts.signed_up_at, first_orders.ordered_at)
        end as oldest_at,
    from accounts
    inner join people on accounts.person = people.person
    left join first_orders on accounts.customer_id = first_orders.customer_id
)
select
    people.person as person_number,
    coalesce(
        min_by(ages.customer_id, (ages.oldest_at, ages.customer_id)), 'guest:' || people.person
    ) as person,
from people
left join ages on people.person = ages.person and ages.oldest_at is not null
where not people.is_visitor
group by people.person;

create view truth_identities as
with
known_devices as (
    select distinct device_identifier(person, device_slot) as identifier, person as person_number
    from visits
    where known_by <> 'unknown' and device_slot is not null and len(script) >= 3
),
identifiers as (
    select
        accounts.customer_id as identifier,
        'customer_id' as identifier_type,
        accounts.person as person_number
    from accounts
    inner join people on accounts.person = people.person
    where
        people.kind <> 'marketplace'
        or accounts.customer_id in (select shop_orders.customer_id from shop_orders)
    union all
    select identifier, 'anonymous_id', person_number from known_devices
    union all
    select order_id, 'order_id', person
    from shop_orders
    where is_guest and coalesce(email, phone_digits) is not null
    union all
    select distinct email, 'email', person from shop_orders where is_guest and email is not null
    union all
    select distinct '+8210' || phone_digits, 'phone', person
    from shop_orders
    where is_guest and phone_digits is not null
)
select identifiers.identifier, identifiers.identifier_type, named_people.person,
from identifiers
inner join named_people on identifiers.person_number = named_people.person_number;

create view truth_unmergeable as
select
    '+8210' || shop_phone_digits() as identifier,
    'phone' as identifier_type,
    customer_id,
from accounts
where phone_digits = shop_phone_digits()
union all
select
    shared_device_identifier(shared_members.shared_device),
    'anonymous_id',
    printf('C%06d', shared_members.person)
from shared_members
inner join visits on shared_members.person = visits.person
where visits.visit_kind = 'shared device';

create view truth_price_hesitant as
select named_people.person
from people
inner join named_people on people.person = named_people.person_number
where people.is_price_hesitant and people.is_member;

create view truth_lifts as
select campaign_id, arm, lift from campaigns
union all
select distinct campaign_id, 'control', 0 from campaigns;
