{#-
    Plain text that a spreadsheet never reads as a formula: leading `=`, `+`, `-` and `@` (also in
    full width) and the spaces around them are stripped. Null when nothing is left.
-#}
{% macro file_text(text) -%}
    nullif({{ regex_replace(plain_text(text), '^[ =+@＝＋－＠-]+', '') }}, '')
{%- endmacro %}
