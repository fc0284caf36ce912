{#- The four channels that a consent can name, one row each. -#}
{% macro message_channels() -%}
    select 'email' as channel
    union all
    select 'sms' as channel
    union all
    select 'push' as channel
    union all
    select 'kakao' as channel
{%- endmacro %}
