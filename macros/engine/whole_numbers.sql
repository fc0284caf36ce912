{#-
    In a select list: one row per whole number from `from` to `to`, both included; no row when `to`
    is the smaller or either is null. from, to: SQL of whole numbers (int).
-#}
{% macro whole_numbers(from, to) %}
    {{- adapter.dispatch('whole_numbers', 'dangol')(from, to) -}}
{% endmacro %}

{% macro duckdb__whole_numbers(from, to) -%}
    cast(unnest(generate_series({{ from }}, {{ to }})) as int)
{%- endmacro %}

{#- Spark counts down when `to` is the smaller, so that case is caught. -#}
{% macro spark__whole_numbers(from, to) -%}
    explode(case when {{ from }} <= {{ to }} then sequence({{ from }}, {{ to }}) end)
{%- endmacro %}
