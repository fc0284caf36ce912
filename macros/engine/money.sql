{#-
    Money times a factor, rounded half up to 0.0001. The 19 digits make DuckDB multiply in 128 bits,
    and leave the product, at 38, exact on Spark.

    amount: SQL of decimal(18,4). factor: SQL of a decimal of at most 18 digits.
-#}
{% macro money_times(amount, factor) -%}
    case
        when {{ factor }} = 1 then cast({{ amount }} as decimal(18, 4))
        else cast(round(cast({{ amount }} as decimal(19, 4)) * {{ factor }}, 4) as decimal(18, 4))
    end
{%- endmacro %}

{#-
    Money shared out exactly: amount * part / whole, rounded down to 0.0001, in whole-number
    arithmetic, since decimal division differs between engines.

    amount: SQL of decimal(18,4). part, whole: SQL of decimal(18,4) with 0 <= part <= whole, whole > 0.
-#}
{% macro prorate(amount, part, whole) %}
    {{- adapter.dispatch('prorate', 'dangol')(amount, part, whole) -}}
{% endmacro %}

{#-
    Dividing 128 bits takes long: not needed where nothing or everything is shared out, nor where
    amount and whole, in units of 0.0001, are less than 3e9, so that their product fits 64 bits.
-#}
{% macro duckdb__prorate(amount, part, whole) -%}
    case
        when {{ part }} = 0 then cast(0 as decimal(18, 4))
        when {{ part }} = {{ whole }} then {{ amount }}
        when {{ amount }} < 300000 and {{ whole }} < 300000 then cast(
            cast(
                (cast(cast({{ amount }} as decimal(10, 4)) * 10000 as bigint) * cast(cast({{ part }} as decimal(10, 4)) * 10000 as bigint))
                // cast(cast({{ whole }} as decimal(10, 4)) * 10000 as bigint)
                as decimal(10, 0)
            ) * 0.0001 as decimal(18, 4)
        )
        else cast(
            cast(
                (cast(cast({{ amount }} as decimal(38, 4)) * 10000 as hugeint) * cast(cast({{ part }} as decimal(38, 4)) * 10000 as hugeint))
                // cast(cast({{ whole }} as decimal(38, 4)) * 10000 as hugeint)
                as decimal(18, 0)
            ) * 0.0001 as decimal(18, 4)
        )
    end
{%- endmacro %}

{% macro spark__prorate(amount, part, whole) -%}
    cast(
        cast(
            (cast({{ amount }} * 10000 as decimal(18, 0)) * cast({{ part }} * 10000 as decimal(18, 0)))
            div cast({{ whole }} * 10000 as decimal(18, 0))
            as decimal(18, 0)
        ) * 0.0001 as decimal(18, 4)
    )
{%- endmacro %}

{#-
    Money per piece, rounded half up to 0.0001; null for a count of zero.

    amount: SQL of decimal(18,4), not negative. count: SQL of a whole number.
-#}
{% macro money_per(amount, count) -%}
    cast(
        cast(
            {{ whole_division(
                'cast(cast(' ~ amount ~ ' as decimal(22, 4)) * 10000 as bigint) * 2 + ' ~ count,
                'nullif(2 * ' ~ count ~ ', 0)'
            ) }}
            as decimal(18, 0)
        ) * 0.0001 as decimal(18, 4)
    )
{%- endmacro %}

{#-
    A float as a decimal, rounded half up as its text is; null where it does not fit. type: a decimal
    with fewer digits before the point than a float's text has without an exponent.
-#}
{% macro decimal_of_float(value, type) %}
    {{- adapter.dispatch('decimal_of_float', 'dangol')('cast(' ~ value ~ ' as double)', type) -}}
{% endmacro %}

{#- DuckDB misreads text with an exponent: 5.1e-7 becomes 0.0001. A float this small needs no text. -#}
{% macro duckdb__decimal_of_float(value, type) -%}
    case
        when abs({{ value }}) < 0.0001e0 then try_cast({{ value }} as {{ type }})
        when abs({{ value }}) < 1e15 then try_cast(cast({{ value }} as string) as {{ type }})
    end
{%- endmacro %}

{% macro spark__decimal_of_float(value, type) -%}
    try_cast({{ value }} as {{ type }})
{%- endmacro %}

{#- The whole part of a division of whole numbers, none of them negative. -#}
{% macro whole_division(dividend, divisor) %}
    {{- adapter.dispatch('whole_division', 'dangol')(dividend, divisor) -}}
{% endmacro %}

{% macro duckdb__whole_division(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{% macro spark__whole_division(dividend, divisor) -%}
    (({{ dividend }}) div ({{ divisor }}))
{%- endmacro %}
