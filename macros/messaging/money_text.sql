{#- An amount of money as text without needless zeros: 39000, 12.5. -#}
{% macro money_text(amount) -%}
    {%- set decimals = "cast(cast(" ~ amount ~ " as decimal(18, 4)) as string)" -%}
    {{ regex_replace(regex_replace(decimals, '0+$', ''), '[.]$', '') }}
{%- endmacro %}
