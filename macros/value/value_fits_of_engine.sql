{#-
    The table of fitted parameters: what the build fits itself on DuckDB, and on Spark, which runs
    no Python models in a session, what the seed value_fits brings.
-#}
{% macro value_fits_of_engine() %}
    {{- adapter.dispatch('value_fits_of_engine', 'dangol')() -}}
{% endmacro %}

{% macro duckdb__value_fits_of_engine() -%}
    {{ ref('int_value_fits') }}
{%- endmacro %}

{% macro spark__value_fits_of_engine() -%}
    {{ ref('value_fits') }}
{%- endmacro %}
