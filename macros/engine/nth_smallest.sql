{#-
    The nth smallest value of a group, equal values counted each; null when there are fewer.

    value: SQL of the values. n: from 1. kept: how many are looked for, at least n; several columns
    that look for as many find them together.
-#}
{% macro nth_smallest(value, n, kept) %}
    {{- adapter.dispatch('nth_smallest', 'dangol')(value, n, kept) -}}
{% endmacro %}

{% macro duckdb__nth_smallest(value, n, kept) -%}
    list_extract(min({{ value }}, {{ kept }}), {{ n }})
{%- endmacro %}

{% macro spark__nth_smallest(value, n, kept) -%}
    get(sort_array(collect_list({{ value }})), {{ n - 1 }})
{%- endmacro %}
