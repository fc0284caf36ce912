with export_braze as (

    select * from {{ ref('export_braze') }}

),

members as (

    select distinct customer_id from {{ ref('campaign_members') }}

)

select
    export_braze.external_id,
    members.customer_id
from export_braze
full outer join members on export_braze.external_id = members.customer_id
where export_braze.external_id is null or members.customer_id is null
