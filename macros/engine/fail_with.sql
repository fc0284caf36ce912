{#-
    A condition that stops the query with a message. It is never true: where message is null it is
    null, and otherwise it raises. Put it into a `where`, since an engine may drop a column that
    nobody reads.

    message: SQL of the text, a column of an aggregated row, so that no engine can work it out early.
-#}
{% macro fail_with(message) -%}
    case when {{ message }} is not null then {{ raised_error(message) }} is null end
{%- endmacro %}

{#- The engine's function that stops a query with a message; see fail_with. -#}
{% macro raised_error(message) %}
    {{- adapter.dispatch('raised_error', 'dangol')(message) -}}
{% endmacro %}

{% macro duckdb__raised_error(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro spark__raised_error(message) -%}
    raise_error({{ message }})
{%- endmacro %}
