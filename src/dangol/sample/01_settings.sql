-- Settings and small helpers. Variables set before: seed, people, days, last_day (a date).
-- Inside the generator every timestamp is UTC without a zone, and `day` counts local days
-- (Asia/Seoul, no daylight saving) from 0, the first day of the sample.

-- A uniform number in [0, 1) that depends on the seed, a key and a purpose only. The outer hash
-- keeps two purposes of one key independent.
create macro draw(key, purpose) as (
    (hash(hash(key, purpose, getvariable('seed'))) >> 11)::double / 9007199254740992.0
);
create macro pick(choices, share) as choices[1 + floor(share * len(choices))::integer];

-- The first instant (UTC) of a local day, and the first instant after the sample.
create macro day_start(day) as (
    getvariable('last_day')::timestamp
    + to_days((day - getvariable('days') + 1)::integer)
    - interval 9 hour
);
create macro sample_end() as day_start(getvariable('days'));
create macro day_of(instant) as (
    getvariable('days') - 1
    - date_diff('day', (instant + interval 9 hour)::date, getvariable('last_day')::date)
);

-- Two ways to write an instant in CSV files.
create macro iso_utc(instant) as strftime(instant, '%Y-%m-%dT%H:%M:%SZ');
create macro iso_seoul(instant) as strftime(instant + interval 9 hour, '%Y-%m-%dT%H:%M:%S+09:00');

-- Local hours with evening peaks; night shoppers; shops are open from 11 to 20.
create macro online_hour(share, is_night_shopper) as case
    when is_night_shopper
        then pick([20, 21, 21, 22, 22, 22, 23, 23, 23, 0, 0, 1, 1, 2], share)
    else pick(
        [
            0, 0, 1, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 13, 13, 14, 14, 15, 15, 16,
            16, 17, 17, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 21, 22, 22, 22,
            22, 22, 23, 23, 23
        ],
        share
    )
end;
-- The last day keeps clear of midnight, so that no visit runs into the day after the sample.
create macro visit_time(key, day, is_night_shopper, is_in_shop) as (
    day_start(day)
    + to_seconds(
        3600 * case
            when
                is_in_shop
                then pick([11, 12, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20], draw(key, 'hour'))
            when day = getvariable('days') - 1
                then least(22, online_hour(draw(key, 'hour'), is_night_shopper))
            else online_hour(draw(key, 'hour'), is_night_shopper)
        end
        + floor(3600 * draw(key, 'second'))::integer
    )
);
create macro event_pace(key) as 8 + floor(60 * pow(draw(key, 'pace'), 2))::integer;
create macro event_time(started_at, key, step) as (
    started_at + to_seconds(
        (step - 1) * event_pace(key)
        + floor(draw(key * 64 + step, 'delay') * event_pace(key))::integer
    )
);

-- 40 bits, one to one for (person, device slot below 32).
create macro device_identifier(person, slot) as (
    printf('%010x', ((person * 32 + slot)::bigint * 61698370973) % 1099511627776)
);

-- Hangul syllables taken apart into letters (NFD), as some phones and Macs send them.
create macro decompose_hangul(string) as array_to_string(
    list_transform(
        string_split(string, ''),
        lambda letter: case
            when unicode(letter) between 44032 and 55203
                then chr(4352 + ((unicode(letter) - 44032) // 588)::integer)
                    || chr(4449 + (((unicode(letter) - 44032) % 588) // 28)::integer)
                    || case
                        when (unicode(letter) - 44032) % 28 = 0 then ''
                        else chr(4519 + ((unicode(letter) - 44032) % 28)::integer)
                    end
            else letter
        end
    ),
    ''
);
create macro write_phone(digits, key) as case floor(6 * pow(draw(key, 'phone form'), 1.4))::integer
    when 0 then '010-' || digits[1:4] || '-' || digits[5:8]
    when 1 then '010' || digits
    when 2 then '+82 10-' || digits[1:4] || '-' || digits[5:8]
    when 3 then '82-10-' || digits[1:4] || '-' || digits[5:8]
    when 4 then '+8210' || digits
    else '010 ' || digits[1:4] || ' ' || digits[5:8]
end;
create macro write_email(email, key) as case
    when draw(key, 'e-mail form') < 0.06 then upper(email[1]) || email[2:]
    when draw(key, 'e-mail form') < 0.08 then upper(email)
    when draw(key, 'e-mail form') < 0.10 then ' ' || email
    when draw(key, 'e-mail form') < 0.13 then email || ' '
    else email
end;

-- One row per local day: how many of the possible visits happen (0 to 1).
create table calendar as
with
days as (
    select
        range::integer as day,
        (day_start(range) + interval 9 hour)::date as local_date,
    from range(getvariable('days')::bigint)
),
lunar_new_year as (
    select unnest([
        date '2020-01-25', date '2021-02-12', date '2022-02-01', date '2023-01-22',
        date '2024-02-10', date '2025-01-29', date '2026-02-17', date '2027-02-07',
        date '2028-01-27', date '2029-02-13', date '2030-02-03'
    ]) as holiday
),
weighed as (
    select
        days.day,
        days.local_date,
        0.42
        * case
            when month(days.local_date) = 11 and day(days.local_date) between 9 and 11 then 2.2
            when month(days.local_date) = 11 and day(days.local_date) between 23 and 30 then 1.7
            when month(days.local_date) = 12 and day(days.local_date) between 10 and 24 then 1.3
            when month(days.local_date) in (6, 7) then 1.25
            when month(days.local_date) in (1, 8) then 0.85
            else 1
        end
        * case
            when isodow(days.local_date) in (1, 7) then 1.1 when
                isodow(days.local_date) = 5
                then 0.85 else 1
        end
        * case
            when date_diff('day', days.local_date, lunar_new_year.holiday) between 3 and 12 then 1.4
            when date_diff('day', days.local_date, lunar_new_year.holiday) between -1 and 1 then 0.5
            else 1
        end as weight,
    from days
    left join lunar_new_year on year(days.local_date) = year(lunar_new_year.holiday)
)
select
    day,
    local_date,
    least(1, weight) as weight,
    month(local_date) in (5, 6, 7, 8) as is_summer,
    weight > 0.68 as is_sale_season,
from weighed;
