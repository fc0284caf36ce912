{#-
    A JSON object of texts as template_variables writes it, its keys as Korean providers write a
    variable: `{"name":"a"}` becomes `{"#{name}":"a"}`. A quote inside a value is escaped, so that
    quote, comma, quote, key can only stand between two members.
-#}
{% macro json_keys_as_variables(json) %}
    {{- adapter.dispatch('json_keys_as_variables', 'dangol')(json) -}}
{% endmacro %}

{% macro duckdb__json_keys_as_variables(json) -%}
    regexp_replace({{ json }}, '(^[{]|",)"([a-z0-9_]+)":"', '\1"#{\2}":"', 'g')
{%- endmacro %}

{% macro spark__json_keys_as_variables(json) -%}
    regexp_replace({{ json }}, '(^[{]|",)"([a-z0-9_]+)":"', '$1"#{$2}":"')
{%- endmacro %}
