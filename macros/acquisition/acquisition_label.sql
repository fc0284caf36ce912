{#-
    A source, medium or campaign as bills and visits are compared: trimmed, in lower case, `(none)`
    where there is none. text: SQL of it.
-#}
{% macro acquisition_label(text) -%}
    coalesce(nullif({{ lower_case(stripped(text)) }}, ''), '(none)')
{%- endmacro %}
