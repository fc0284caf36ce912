{%- set attributes = [
    'email', 'phone_e164', 'name', 'birth_date', 'gender', 'disc_type', 'country', 'region', 'language',
    'timezone', 'is_kakao_friend', 'is_guardian_verified',
    'acquisition_source', 'acquisition_medium', 'acquisition_campaign', 'referred_by_customer_id',
] -%}
{%- set types = {
    'birth_date': 'date', 'is_kakao_friend': 'boolean', 'is_guardian_verified': 'boolean',
} -%}

with customers as (

    select * from {{ ref('int_known_customers') }}

),

orders as (

    select * from {{ ref('int_known_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

-- what customers said of themselves ranks before what an order carries
records as (

    select
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        customer_id as raw_customer_id,
        0 as source_rank,
        updated_at as recorded_at,
        customer_id as record_id
    from customers
    union all
    select
        email,
        phone_e164,
        {%- for attribute in attributes[2:] %}
        cast(null as {{ types.get(attribute, 'string') }}) as {{ attribute }},
        {%- endfor %}
        raw_customer_id,
        1 as source_rank,
        ordered_at as recorded_at,
        order_id as record_id
    from orders
    where raw_customer_id is not null

),

ranked as (

    select
        identities.customer_id,
        records.*,
        row_number() over (
            partition by identities.customer_id
            order by
                records.source_rank asc,
                case when records.recorded_at is null then 1 else 0 end asc,
                records.recorded_at desc,
                case when records.raw_customer_id = identities.customer_id then 0 else 1 end asc,
                records.record_id asc
        ) as newness
    from records
    inner join identities
        on
            records.raw_customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'

),

-- of each attribute the newest that is known
survived as (

    select
        {%- for attribute in attributes %}
        min_by({{ attribute }}, newness) filter (where {{ attribute }} is not null)
            as {{ attribute }},
        {%- endfor %}
        customer_id
    from ranked
    group by customer_id

)

select * from survived
