{#- The SHA-256 of text in UTF-8, as 64 hexadecimal digits in lower case. -#}
{% macro sha256_hex(text) %}
    {{- adapter.dispatch('sha256_hex', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro spark__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}
