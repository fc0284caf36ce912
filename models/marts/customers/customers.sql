with identities as (

    select * from {{ ref('int_identities') }}

),

customer_records as (

    select * from {{ ref('int_customer_records') }}

),

customer_attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

acquisitions as (

    select * from {{ ref('int_first_sessions') }}

),

orders as (

    select * from {{ ref('orders') }}

),

people as (

    select
        identities.customer_id,
        min(customer_records.signed_up_at) as signed_up_at
    from identities
    inner join customer_records on identities.identifier = customer_records.customer_id
    where identities.identifier_type = 'customer_id'
    group by identities.customer_id

),

ordering as (

    select
        customer_id,
        min(ordered_at) as first_placed_at,
        min(case when is_valid then ordered_at end) as first_ordered_at,
        max(case when is_valid then ordered_at end) as last_ordered_at,
        count(case when is_valid then 1 end) as order_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from orders
    where customer_id is not null
    group by customer_id

),

combined as (

    select
        people.customer_id,
        customer_attributes.email,
        customer_attributes.phone_e164,
        customer_attributes.name,
        customer_attributes.birth_date,
        customer_attributes.gender,
        customer_attributes.country,
        customer_attributes.region,
        customer_attributes.language,
        nullif(
            least(
                coalesce(people.signed_up_at, timestamp '9999-01-01 00:00:00'),
                coalesce(acquisitions.first_event_at, timestamp '9999-01-01 00:00:00'),
                coalesce(ordering.first_placed_at, timestamp '9999-01-01 00:00:00')
            ),
            timestamp '9999-01-01 00:00:00'
        ) as first_seen_at,
        least(
            coalesce(people.signed_up_at, acquisitions.first_sign_up_at),
            coalesce(acquisitions.first_sign_up_at, people.signed_up_at)
        ) as signed_up_at,
        ordering.first_ordered_at,
        ordering.last_ordered_at,
        coalesce(ordering.order_count, 0) as order_count,
        cast(coalesce(ordering.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        -- the first visit names the campaign; where it names none, what the shop recorded
        acquisitions.utm_source is not null
        or acquisitions.utm_medium is not null
        or acquisitions.utm_campaign is not null as is_named_by_visit,
        acquisitions.utm_source,
        acquisitions.utm_medium,
        acquisitions.utm_campaign,
        customer_attributes.acquisition_source,
        customer_attributes.acquisition_medium,
        customer_attributes.acquisition_campaign,
        referrers.customer_id as referred_by_customer_id
    from people
    left join customer_attributes on people.customer_id = customer_attributes.customer_id
    left join acquisitions on people.customer_id = acquisitions.customer_id
    left join ordering on people.customer_id = ordering.customer_id
    left join identities as referrers
        on
            customer_attributes.referred_by_customer_id = referrers.identifier
            and referrers.identifier_type = 'customer_id'
            and people.customer_id != referrers.customer_id

),

final as (

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
        first_seen_at,
        signed_up_at,
        first_ordered_at,
        last_ordered_at,
        order_count,
        net_revenue,
        {{ money_per('net_revenue', 'order_count') }} as average_order_value,
        case when is_named_by_visit then utm_source else acquisition_source end
            as acquisition_source,
        case when is_named_by_visit then utm_medium else acquisition_medium end
            as acquisition_medium,
        case when is_named_by_visit then utm_campaign else acquisition_campaign end
            as acquisition_campaign,
        referred_by_customer_id,
        signed_up_at is not null as is_member
    from combined

)

select * from final
