{#- Whether a phone number (E.164) is a mobile that gets text messages: Korean 010 and 8 digits. -#}
{% macro is_mobile_phone(phone) -%}
    {{ matches(phone, '^[+]8210[0-9]{8}$') }}
{%- endmacro %}
