{{ config(materialized='view') }}

with consent_answers as (

    select * from {{ ref('int_consent_answers') }}

),

customer_contacts as (

    select * from {{ ref('int_customer_contacts') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

-- an answer to a message speaks for the address that the message came to
given_by_message as (

    select
        customer_id,
        account_id,
        channel,
        purpose,
        changed_at,
        source
    from consent_answers
    where answered_in = 'message_events'

),

refusals as (

    select
        contact_points.customer_id,
        given_by_message.channel,
        given_by_message.purpose,
        given_by_message.changed_at,
        min(given_by_message.account_id) as account_id,
        min(given_by_message.source) as source
    from given_by_message
    inner join customer_contacts
        on
            given_by_message.account_id = customer_contacts.customer_id
            and case given_by_message.channel when 'email' then 'email' else 'phone' end
            = customer_contacts.contact_type
    inner join contact_points
        on
            given_by_message.channel = contact_points.channel
            and customer_contacts.contact = contact_points.contact
    where given_by_message.customer_id <> contact_points.customer_id
    group by
        contact_points.customer_id,
        given_by_message.channel,
        given_by_message.purpose,
        given_by_message.changed_at

)

select * from refusals
