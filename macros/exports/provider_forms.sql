{#- A Korean mobile number as Korean providers take it: digits, from 010. phone: SQL of E.164. -#}
{% macro korean_mobile(phone) -%}
    '0' || substr({{ phone }}, 4)
{%- endmacro %}

{#-
    A UTC timestamp as the clock reads in Korea, as text `YYYY-MM-DD HH:MM:SS`. Providers in Korea
    read times so wherever the shop is; Korea is nine hours ahead all year.
-#}
{% macro korean_time(timestamp) -%}
    substr(cast({{ add_minutes(timestamp, 540) }} as string), 1, 19)
{%- endmacro %}

{#- A UTC timestamp as ISO 8601 text to the second: `2026-07-01T01:30:00Z`. -#}
{% macro iso_time(timestamp) -%}
    replace(substr(cast({{ timestamp }} as string), 1, 19), ' ', 'T') || 'Z'
{%- endmacro %}
