{#- The first eight hex digits of the MD5 of a text as a whole number (bigint), 0 to 4294967295. -#}
{% macro hash_number(text) %}
    {{- adapter.dispatch('hash_number', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__hash_number(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 8) as bigint)
{%- endmacro %}

{% macro spark__hash_number(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 8), 16, 10) as bigint)
{%- endmacro %}
