with campaign_members as (

    select * from {{ ref('campaign_members') }}

),

customers as (

    select * from {{ ref('customers') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

recipients as (

    select
        customer_id,
        {{ sorted_list('campaign_id') }} as campaigns
    from campaign_members
    group by customer_id

),

permissions as (

    select
        customer_id,
        max(case when channel = 'email' and may_advertise then contact end) as email,
        max(case when channel in ('sms', 'kakao') and may_advertise then contact end) as phone,
        bool_or(channel = 'email' and {{ is_subscribed() }}) as is_email_subscribed,
        bool_or(channel = 'push' and {{ is_subscribed() }}) as is_push_subscribed
    from message_permissions
    group by customer_id

),

rows_for_braze as (

    select
        recipients.customer_id as external_id,
        permissions.email,
        permissions.phone,
        {{ file_text('customers.name') }} as first_name,
        case when {{ matches('customers.country', '^[A-Z]{2}$') }} then customers.country end
            as country,
        nullif({{ regex_extract('lower(customers.language)', '^([a-z]{2})(-|$)', 1) }}, '')
            as language,
        cast(customers.birth_date as string) as dob,
        case when customers.gender in ('M', 'F', 'O', 'N', 'P') then customers.gender end as gender,
        case when permissions.is_email_subscribed then 'opted_in' else 'unsubscribed' end
            as email_subscribe,
        case when permissions.is_push_subscribed then 'opted_in' else 'unsubscribed' end
            as push_subscribe,
        customer_segments.segment_code as rfm_segment,
        journey_stages.furthest_stage as journey_stage,
        journey_stages.lifecycle_state,
        cast(customers.order_count as bigint) as order_count,
        cast(customers.net_revenue as decimal(18, 4)) as net_revenue,
        cast({{ local_date('customers.last_ordered_at') }} as string) as last_ordered_on,
        recipients.campaigns
    from recipients
    inner join customers on recipients.customer_id = customers.customer_id
    inner join permissions on recipients.customer_id = permissions.customer_id
    left join customer_segments on recipients.customer_id = customer_segments.customer_id
    left join journey_stages on recipients.customer_id = journey_stages.customer_id

)

select * from rows_for_braze
