-- read from the raw answers; buyers who never answered are the ones to catch
with consent_states as (

    select * from {{ ref('consent_states') }}

),

consents as (

    select * from {{ ref('stg_consents') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

orders as (

    select * from {{ ref('orders') }}

),

yeses as (

    select distinct
        identities.customer_id,
        consents.channel,
        consents.purpose
    from consents
    inner join identities
        on
            consents.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    where consents.is_granted

),

buyers as (

    select
        customer_id,
        count(*) as order_count
    from orders
    where customer_id is not null
    group by customer_id

)

select
    consent_states.customer_id,
    consent_states.channel,
    consent_states.purpose,
    buyers.order_count
from consent_states
left join yeses
    on
        consent_states.customer_id = yeses.customer_id
        and consent_states.purpose = yeses.purpose
        and yeses.channel in (consent_states.channel, 'all')
left join buyers on consent_states.customer_id = buyers.customer_id
where consent_states.is_granted and yeses.customer_id is null
