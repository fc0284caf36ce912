with customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- a message goes out on the day after the as-of day at the earliest
coming_days as (

    select
        as_of_date,
        {{ whole_numbers('1', '7') }} as days_ahead
    from as_of

),

dated as (

    select
        as_of_date,
        {{ add_days('as_of_date', 'days_ahead') }} as birthday_on,
        {{ add_days('as_of_date', 'days_ahead - 1') }} as eve_on
    from coming_days

),

-- 1 March after 28 February is the birthday of those who were born on the 29th, too
birthdays as (

    select
        as_of_date,
        birthday_on,
        month(birthday_on) * 100 + day(birthday_on) as month_and_day
    from dated
    union all
    select
        as_of_date,
        birthday_on,
        229 as month_and_day
    from dated
    where
        month(birthday_on) * 100 + day(birthday_on) = 301
        and month(eve_on) * 100 + day(eve_on) = 228

),

triggers as (

    select
        customers.customer_id,
        customers.name,
        birthdays.birthday_on,
        {{ day_begins_at(add_days('birthdays.birthday_on', -7)) }} as week_begins_at
    from customers
    inner join birthdays
        on
            month(customers.birth_date) * 100 + day(customers.birth_date) = birthdays.month_and_day
            and customers.birth_date < birthdays.as_of_date

),

members as (

    select
        'birthday' as campaign_id,
        triggers.customer_id,
        cast(triggers.birthday_on as string) as trigger_key,
        triggers.week_begins_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'triggers.name',
            'birthday_on': 'triggers.birthday_on',
        }) }} as variables
    from triggers

)

select * from members
