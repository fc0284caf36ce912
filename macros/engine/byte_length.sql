{#- Bytes of a text in UTF-8. -#}
{% macro byte_length(text) %}
    {{- adapter.dispatch('byte_length', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__byte_length(text) -%}
    strlen({{ text }})
{%- endmacro %}

{% macro spark__byte_length(text) -%}
    octet_length({{ text }})
{%- endmacro %}
