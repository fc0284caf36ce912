-- counted another way than the model does: what takes 3 bytes in UTF-8 takes 2 in CP949
with texts as (

    select * from {{ ref('campaign_texts') }}

),

counted as (

    select
        *,
        bit_length(body) / 8 - length({{ regex_replace('body', '[^\u0800-\uffff]+', '') }})
            as body_bytes,
        bit_length(title) / 8 - length({{ regex_replace('title', '[^\u0800-\uffff]+', '') }})
            as title_bytes
    from texts
    where message_type in ('sms', 'lms') and problem is null

)

select
    campaign_id,
    customer_id,
    message_type,
    body_bytes,
    title_bytes
from counted
where
    (message_type = 'sms' and body_bytes > 90)
    or (message_type = 'lms' and body_bytes not between 91 and 2000)
    or title_bytes > 40
