with customers as (

    select * from {{ ref('customers') }}

),

labelled as (

    select
        customer_id,
        {{ month_of(local_date('first_seen_at')) }} as acquired_month,
        {{ month_of(local_date('first_ordered_at')) }} as first_order_month,
        {{ acquisition_label('acquisition_source') }} as source,
        {{ acquisition_label('acquisition_medium') }} as medium,
        {{ acquisition_label('acquisition_campaign') }} as campaign,
        net_revenue
    from customers

)

select * from labelled
