with customer_records as (

    select * from {{ ref('int_customer_records') }}

),

customer_components as (

    select * from {{ ref('int_customer_components') }}

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

device_owners as (

    select * from {{ ref('int_device_owners') }}

),

grouped as (

    select
        customer_records.customer_id,
        coalesce(customer_components.component_id, customer_records.customer_id) as component_id,
        customer_records.is_guest,
        customer_records.first_known_at
    from customer_records
    left join customer_components on customer_records.customer_id = customer_components.id

),

ranked as (

    select
        customer_id,
        first_value(customer_id) over (
            partition by component_id
            order by
                -- an identifier made for a guest never names somebody who has a customer_id
                case when is_guest then 1 else 0 end,
                case when first_known_at is null then 1 else 0 end,
                first_known_at,
                customer_id
        ) as canonical_customer_id
    from grouped

),

link_reasons as (

    select
        linked.customer_id,
        min(linked.reason_order) as reason_order
    from (
        select
            customer_id,
            case matched_by when 'email' then 1 when 'phone' then 2 else 3 end as reason_order
        from identity_links
        union all
        select
            linked_customer_id as customer_id,
            case matched_by when 'email' then 1 when 'phone' then 2 else 3 end as reason_order
        from identity_links
    ) as linked
    group by linked.customer_id

),

customer_identities as (

    select
        ranked.customer_id as identifier,
        'customer_id' as identifier_type,
        ranked.canonical_customer_id as customer_id,
        case
            when ranked.customer_id = ranked.canonical_customer_id then 'itself'
            when link_reasons.reason_order = 1 then 'email'
            when link_reasons.reason_order = 2 then 'phone'
            else 'event'
        end as matched_by
    from ranked
    left join link_reasons on ranked.customer_id = link_reasons.customer_id

),

device_identities as (

    select
        device_owners.anonymous_id as identifier,
        'anonymous_id' as identifier_type,
        case when not device_owners.is_shared then ranked.canonical_customer_id end as customer_id,
        case
            when device_owners.is_shared then 'shared'
            when device_owners.customer_count = 0 then 'none'
            else 'event'
        end as matched_by
    from device_owners
    left join ranked on device_owners.first_customer_id = ranked.customer_id

),

identities as (

    select * from customer_identities
    union all
    select * from device_identities

)

select * from identities
