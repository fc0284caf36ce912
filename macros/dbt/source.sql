{#-
    Replaces dbt's own: on DuckDB a source is named without the file's name, as `ref` names models.
-#}
{% macro source() %}
    {% set relation = builtins.source(*varargs, **kwargs) %}
    {{ return(relation.include(database=false) if target.type == 'duckdb' else relation) }}
{% endmacro %}
