with sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

last_sends as (

    select
        campaign_id,
        customer_id,
        max(sent_at) as last_sent_at
    from sent_messages
    group by campaign_id, customer_id

)

select * from last_sends
