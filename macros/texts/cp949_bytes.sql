{#-
    The length of a text in CP949, as text messages are billed: an ASCII character is 1 byte, a
    newline too, every other 2.
-#}
{% macro cp949_bytes(text) -%}
    cast(length({{ text }}) + length({{ regex_replace(text, '[\n -~]+', '') }}) as int)
{%- endmacro %}
