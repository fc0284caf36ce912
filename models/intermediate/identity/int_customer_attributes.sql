{%- set attributes = [
    'email', 'phone_e164', 'name', 'birth_date', 'gender', 'disc_type', 'country', 'region', 'language',
    'timezone', 'is_kakao_friend', 'is_guardian_verified', 'referred_by_customer_id',
] -%}
{%- set acquisition = ['acquisition_source', 'acquisition_medium', 'acquisition_campaign'] -%}
{%- set place = struct_of(['newness', 'otherness', 'order_id']) -%}

with customers as (

    select * from {{ ref('int_known_customers') }}

),

orders as (

    select * from {{ ref('int_known_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

-- what customers said of themselves: of each attribute the newest that is known
ranked as (

    select
        identities.customer_id as person_id,
        customers.*,
        row_number() over (
            partition by identities.customer_id
            order by
                case when customers.updated_at is null then 1 else 0 end asc,
                customers.updated_at desc,
                case when customers.customer_id = identities.customer_id then 0 else 1 end asc,
                customers.customer_id asc
        ) as newness,
        -- where from is told by one account whole: the first to sign up of those that tell anything
        row_number() over (
            partition by identities.customer_id
            order by
                case
                    when coalesce(customers.{{ acquisition | join(', customers.') }}) is null then 1
                    else 0
                end asc,
                case when customers.signed_up_at is null then 1 else 0 end asc,
                customers.signed_up_at asc,
                customers.customer_id asc
        ) as acquisition_number
    from customers
    inner join identities
        on
            customers.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'

),

of_records as (

    select
        {%- for attribute in attributes %}
        min_by({{ attribute }}, newness) filter (where {{ attribute }} is not null)
            as {{ attribute }},
        {%- endfor %}
        {%- for attribute in acquisition %}
        max(case when acquisition_number = 1 then {{ attribute }} end) as {{ attribute }},
        {%- endfor %}
        person_id as customer_id
    from ranked
    group by person_id

),

-- orders are asked only of those whose records lack an address or a phone
lacking as (

    select
        identities.identifier,
        identities.customer_id
    from identities
    left join of_records on identities.customer_id = of_records.customer_id
    where
        identities.identifier_type = 'customer_id'
        and (of_records.email is null or of_records.phone_e164 is null)

),

-- what orders carry, in the same order
placed as (

    select
        lacking.customer_id,
        orders.email,
        orders.phone_e164,
        -1 * {{ epoch_microseconds('orders.ordered_at') }} as newness,
        case when orders.raw_customer_id = lacking.customer_id then 0 else 1 end as otherness,
        orders.order_id
    from orders
    inner join lacking on orders.raw_customer_id = lacking.identifier

),

of_orders as (

    select
        customer_id,
        min_by(email, {{ place }}) filter (where email is not null) as email,
        min_by(phone_e164, {{ place }}) filter (where phone_e164 is not null) as phone_e164
    from placed
    group by customer_id

),

-- a record ranks before an order, whatever its age
survived as (

    select
        coalesce(of_records.email, of_orders.email) as email,
        coalesce(of_records.phone_e164, of_orders.phone_e164) as phone_e164,
        {%- for attribute in attributes[2:] + acquisition %}
        of_records.{{ attribute }},
        {%- endfor %}
        coalesce(of_records.customer_id, of_orders.customer_id) as customer_id
    from of_records
    full outer join of_orders on of_records.customer_id = of_orders.customer_id

)

select * from survived
