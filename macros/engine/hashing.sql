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

{#-
    A number that equal texts share and others seldom do (64 bits), for counting in one engine: the
    engines' numbers differ, so it must not reach a table.
-#}
{% macro quick_hash(text) %}
    {{- adapter.dispatch('quick_hash', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__quick_hash(text) -%}
    hash({{ text }})
{%- endmacro %}

{% macro spark__quick_hash(text) -%}
    xxhash64({{ text }})
{%- endmacro %}
