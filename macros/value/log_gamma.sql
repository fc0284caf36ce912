{#-
    The natural logarithm of the gamma function of a number above zero, to about 15 digits.

    By Stirling's series at the number plus 8, whose seven terms leave less than 1e-15 there, less
    the logarithm of the eight factors between (Abramowitz and Stegun 6.1.41 and 6.1.15).

    number: SQL of a double, best a column: it stands here many times.
-#}
{% macro log_gamma(number) -%}
    {%- set high = '(' ~ number ~ ' + 8e0)' -%}
    (
        ({{ high }} - 0.5e0) * ln{{ high }} - {{ high }} + 0.91893853320467274178e0
        + (1e0 / 12e0 - (1e0 / 360e0 - (1e0 / 1260e0 - (1e0 / 1680e0 - (1e0 / 1188e0
        - (691e0 / 360360e0 - 1e0 / 156e0
        / ({{ high }} * {{ high }})) / ({{ high }} * {{ high }})) / ({{ high }} * {{ high }}))
        / ({{ high }} * {{ high }})) / ({{ high }} * {{ high }})) / ({{ high }} * {{ high }}))
        / {{ high }}
        - ln(
            {{ number }} * ({{ number }} + 1e0) * ({{ number }} + 2e0) * ({{ number }} + 3e0)
            * ({{ number }} + 4e0) * ({{ number }} + 5e0) * ({{ number }} + 6e0)
            * ({{ number }} + 7e0)
        )
    )
{%- endmacro %}
