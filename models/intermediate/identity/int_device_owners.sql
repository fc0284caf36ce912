with event_identifiers as (

    select * from {{ ref('int_event_identifiers') }}

),

counted as (

    select
        anonymous_id,
        cast(count(customer_id) as int) as customer_count,
        min(customer_id) as first_customer_id,
        count(customer_id) > {{ var('max_customers_per_device') }} as is_shared
    from event_identifiers
    where anonymous_id is not null
    group by anonymous_id

)

select * from counted
