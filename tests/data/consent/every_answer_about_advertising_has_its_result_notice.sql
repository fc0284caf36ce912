with result_notices as (

    select * from {{ ref('consent_result_notices') }}

),

consents as (

    select * from {{ ref('stg_consents') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

answers as (

    select consents.*
    from consents
    inner join identities
        on
            consents.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on consents.changed_at < as_of.as_of_ends_at
    where consents.purpose in ('marketing', 'night')

),

noticed as (

    select *
    from result_notices
    where answered_in = 'consents'

)

select
    answers.customer_id as answered_by,
    noticed.account_id as noticed_for,
    coalesce(answers.changed_at, noticed.answered_at) as answered_at
from answers
full outer join noticed
    on
        answers.customer_id = noticed.account_id
        and answers.channel = noticed.channel
        and answers.purpose = noticed.purpose
        and answers.changed_at = noticed.answered_at
        and answers.is_granted = noticed.is_granted
where answers.customer_id is null or noticed.account_id is null
