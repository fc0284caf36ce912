{#-
    Replaces dbt's own: on DuckDB a relation is named without the file's name, so that the views
    still work in a file that was copied, renamed or attached under another name.
-#}
{% macro ref() %}
    {% set relation = builtins.ref(*varargs, **kwargs) %}
    {{ return(relation.include(database=false) if target.type == 'duckdb' else relation) }}
{% endmacro %}
