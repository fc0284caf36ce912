{#- A decimal as text for machines: no commas, no needless zeros. 39000 or 1234.5. -#}
{% macro decimal_text(amount) -%}
    {%- set decimals = "cast(cast(" ~ amount ~ " as decimal(18, 4)) as string)" -%}
    {{ regex_replace(regex_replace(decimals, '0+$', ''), '[.]$', '') }}
{%- endmacro %}
