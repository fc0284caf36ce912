{#- The first character of a text that CP949 cannot hold; '' for none. -#}
{% macro first_foreign_character(text) %}
    {{- adapter.dispatch('first_foreign_character', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__first_foreign_character(text) -%}
    {{ regex_extract(text, '([^\n -~가-힣' ~ cp949_characters() ~ '])', 1) }}
{%- endmacro %}

{#- So many characters in one class of a regular expression overflow Java's stack. -#}
{% macro spark__first_foreign_character(text) -%}
    {%- set rest = regex_replace(text, '[\n -~가-힣]+', '') -%}
    substring(translate({{ rest }}, '{{ cp949_characters() }}', ''), 1, 1)
{%- endmacro %}
