{#- The nth smallest value of a group, equal values counted each; null when there are fewer. n: from 1. -#}
{% macro nth_smallest(value, n) %}
    {{- adapter.dispatch('nth_smallest', 'dangol')(value, n) -}}
{% endmacro %}

{% macro duckdb__nth_smallest(value, n) -%}
    list_extract(min({{ value }}, {{ n }}), {{ n }})
{%- endmacro %}

{% macro spark__nth_smallest(value, n) -%}
    get(sort_array(collect_list({{ value }})), {{ n - 1 }})
{%- endmacro %}
