with customers as (

    select * from {{ ref('customers') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

profiles as (

    select
        customers.customer_id,
        {{ file_text('customers.name') }} as name,
        case when {{ matches('customers.country', '^[A-Z]{2}$') }} then customers.country end
            as country,
        nullif({{ regex_extract(lower_case('customers.language'), '^([a-z]{2})(-|$)', 1) }}, '')
            as language,
        customers.birth_date,
        case when customers.gender in ('M', 'F', 'O', 'N', 'P') then customers.gender end as gender,
        customer_segments.segment_code as rfm_segment,
        journey_stages.furthest_stage as journey_stage,
        journey_stages.lifecycle_state,
        cast(customers.order_count as bigint) as order_count,
        customers.net_revenue,
        {{ local_date('customers.last_ordered_at') }} as last_ordered_on
    from customers
    left join customer_segments on customers.customer_id = customer_segments.customer_id
    left join journey_stages on customers.customer_id = journey_stages.customer_id

)

select * from profiles
