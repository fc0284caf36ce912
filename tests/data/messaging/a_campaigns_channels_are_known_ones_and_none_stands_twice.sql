{%- set initials = namespace(sql="'|' || replace(channels, '|', '||') || '|'") -%}
{%- for name in ['email', 'sms', 'push', 'kakao'] -%}
{%- set initials.sql = "replace(" ~ initials.sql ~ ", '|" ~ name ~ "|', '" ~ name[0] ~ "')" -%}
{%- endfor -%}

with campaigns as (

    select * from {{ ref('campaigns') }}

),

trimmed as (

    select
        campaign_id,
        channels,
        {{ initials.sql }} as initials
    from campaigns

)

select *
from trimmed
where
    not {{ matches('initials', '^[espk]+$') }}
    or {{ matches('initials', 'e.*e|s.*s|p.*p|k.*k') }}
    or channels is null
