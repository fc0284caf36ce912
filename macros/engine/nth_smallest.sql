{#-
    The nth smallest value of a group, equal values counted each; null when there are fewer. n: 1 to 3;
    three are looked for, so that columns which ask for others of the three share the work.
-#}
{% macro nth_smallest(value, n) %}
    {{- adapter.dispatch('nth_smallest', 'dangol')(value, n) -}}
{% endmacro %}

{% macro duckdb__nth_smallest(value, n) -%}
    list_extract(min({{ value }}, 3), {{ n }})
{%- endmacro %}

{% macro spark__nth_smallest(value, n) -%}
    get(sort_array(collect_list({{ value }})), {{ n - 1 }})
{%- endmacro %}
