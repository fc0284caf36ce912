{#- A whole number as text with a comma between thousands: 1,234,567. number: SQL of a bigint. -#}
{% macro grouped_number(number) %}
    {{- adapter.dispatch('grouped_number', 'dangol')(number) -}}
{% endmacro %}

{% macro duckdb__grouped_number(number) -%}
    format('{:,}', {{ number }})
{%- endmacro %}

{% macro spark__grouped_number(number) -%}
    format_number({{ number }}, 0)
{%- endmacro %}
