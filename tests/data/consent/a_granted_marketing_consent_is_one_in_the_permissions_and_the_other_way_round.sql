with consent_states as (

    select * from {{ ref('consent_states') }}

),

message_permissions as (

    select * from {{ ref('int_message_permissions') }}

),

granted as (

    select
        customer_id,
        channel
    from consent_states
    where purpose = 'marketing' and state = 'granted'

),

permitted as (

    select
        customer_id,
        channel
    from message_permissions
    where has_marketing_consent

)

select
    granted.customer_id as granted_by,
    permitted.customer_id as permitted_by,
    coalesce(granted.channel, permitted.channel) as channel
from granted
full outer join permitted
    on granted.customer_id = permitted.customer_id and granted.channel = permitted.channel
where granted.customer_id is null or permitted.customer_id is null
