{#- A column named exactly as the destination names it: spaces, capitals and keywords included. -#}
{% macro header(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro %}
