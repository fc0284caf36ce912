with identities as (

    select * from {{ ref('int_identities') }}

)

select
    identifier,
    identifier_type,
    customer_id,
    matched_by
from identities
