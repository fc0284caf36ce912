with campaigns as (

    select * from {{ ref('campaigns') }}

),

trimmed as (

    select
        campaign_id,
        channels,
        replace(replace(replace(replace(
            '|' || replace(channels, '|', '||') || '|',
            '|email|', 'e'), '|sms|', 's'), '|push|', 'p'), '|kakao|', 'k') as initials
    from campaigns

)

select *
from trimmed
where
    not {{ matches('initials', '^[espk]+$') }}
    or {{ matches('initials', 'e.*e|s.*s|p.*p|k.*k') }}
    or channels is null
