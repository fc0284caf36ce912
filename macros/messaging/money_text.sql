{#-
    An amount of money, not negative, as text: commas between thousands, no needless zeros. 39,000
    or 1,234.5.
-#}
{% macro money_text(amount) -%}
    {%- set money = "cast(" ~ amount ~ " as decimal(18, 4))" -%}
    {{ grouped_number("cast(floor(" ~ money ~ ") as bigint)") }}
    || {{ regex_extract("cast(" ~ money ~ " as string)", '([.][0-9]*[1-9])0*$', 1) }}
{%- endmacro %}
