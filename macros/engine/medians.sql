{#-
    Whether a value is among the middle of its group: the middle one of an odd number of values, the
    middle two of an even number. number: SQL of its place in the order, from 1. count: SQL of the
    number of values.
-#}
{% macro is_middle(number, count) -%}
    2 * {{ number }} between {{ count }} and {{ count }} + 2
{%- endmacro %}

{#-
    The median of whole numbers, none of them negative, from the middle ones of each group (see
    is_middle): of two the mean, half a unit rounded up.
-#}
{% macro median_of_middle(value) -%}
    cast({{ whole_division('min(' ~ value ~ ') + max(' ~ value ~ ') + 1', '2') }} as int)
{%- endmacro %}
