with complaints as (

    select * from {{ ref('int_complaints') }}

),

sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

last_follow_ups as (

    select
        customer_id,
        max(sent_at) as sent_at
    from sent_messages
    where campaign_id = 'complaint_follow_up'
    group by customer_id

),

resolved_complaints as (

    select
        complaints.customer_id,
        complaints.ticket_id,
        complaints.resolved_at,
        {{ local_date('complaints.resolved_at') }} as resolved_on,
        row_number() over (
            partition by complaints.customer_id
            order by complaints.resolved_at desc, complaints.ticket_id desc
        ) as newest_number
    from complaints
    inner join as_of
        on {{ days_between(local_date('complaints.resolved_at'), 'as_of.as_of_date') }} < 3

),

triggers as (

    select resolved_complaints.*
    from resolved_complaints
    left join last_follow_ups on resolved_complaints.customer_id = last_follow_ups.customer_id
    where
        resolved_complaints.newest_number = 1
        and (
            last_follow_ups.sent_at is null
            or last_follow_ups.sent_at < resolved_complaints.resolved_at
        )

),

members as (

    select
        'complaint_follow_up' as campaign_id,
        triggers.customer_id,
        triggers.ticket_id as trigger_key,
        triggers.resolved_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'ticket_id': 'triggers.ticket_id',
            'resolved_on': 'triggers.resolved_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
