{#- A select without rows. columns: mapping of the columns' names to their types. -#}
{% macro no_rows(columns) -%}
    select
        {%- for name, type in columns.items() %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
{%- endmacro %}
