select external_id
from {{ ref('export_braze') }}
where email_subscribe = 'unsubscribed' and email is not null
