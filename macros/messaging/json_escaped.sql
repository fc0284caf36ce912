{#- Plain text (no control characters) as it stands between the quotes of a JSON string. -#}
{% macro json_escaped(text) -%}
    replace(replace({{ text }}, chr(92), chr(92) || chr(92)), '"', chr(92) || '"')
{%- endmacro %}
