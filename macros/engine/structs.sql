{#- A struct of columns, whose fields have their names. columns: list of names. -#}
{% macro struct_of(columns) %}
    {{- adapter.dispatch('struct_of', 'dangol')(columns) -}}
{% endmacro %}

{% macro duckdb__struct_of(columns) -%}
    { {%- for column in columns %}'{{ column }}': {{ column }}{{ ', ' if not loop.last }}{% endfor -%} }
{%- endmacro %}

{% macro spark__struct_of(columns) -%}
    struct({{ columns | join(', ') }})
{%- endmacro %}
