with customer_segments as (

    select * from {{ ref('customer_segments') }}

),

customers as (

    select * from {{ ref('customers') }}

),

triggers as (

    select
        customer_id,
        segment_code,
        segment_name_en,
        segment_name_ko,
        {{ day_begins_at('segment_changed_on') }} as segment_changed_at
    from customer_segments
    where segment_code in ('champions', 'loyal')

),

members as (

    select
        'vip_early_access' as campaign_id,
        triggers.customer_id,
        triggers.segment_code as trigger_key,
        triggers.segment_changed_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'segment_name_ko': 'triggers.segment_name_ko',
            'segment_name_en': 'triggers.segment_name_en',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
