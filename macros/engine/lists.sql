{#- The texts of a group joined by a comma, in their own order. -#}
{% macro sorted_list(text) %}
    {{- adapter.dispatch('sorted_list', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__sorted_list(text) -%}
    string_agg({{ text }}, ',' order by {{ text }})
{%- endmacro %}

{% macro spark__sorted_list(text) -%}
    listagg({{ text }}, ',') within group (order by {{ text }})
{%- endmacro %}
