{#- The key of a row as one text, its parts joined by a bar; an empty part is ''. columns: list of names. -#}
{% macro key_text(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as string), ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
