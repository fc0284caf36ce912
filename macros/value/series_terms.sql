{#-
    How many terms of the series of expected orders leave a rest under 1e-13 of the mean (int).

    The terms are at most n times the probabilities of a negative binomial count n, and n times
    these is the mean times those of shape + 1. Markov's inequality for z^(-cn), with any c between
    0 and 1, bounds their sum from N on by z^(cN) ((1 - z) / (1 - z^(1 - c)))^(shape + 1); this is
    the smallest N over four c at which one of the bounds is below exp(-30).

    shape: SQL of the shape. odds_log: of ln z. rest_log: of ln(1 - z).
-#}
{% macro series_terms(shape, odds_log, rest_log) -%}
    {%- set bounds = [] -%}
    {%- for share in ['0.25e0', '0.5e0', '0.75e0', '0.9e0'] -%}
        {%- do bounds.append(
            '((' ~ shape ~ ' + 1e0) * (' ~ rest_log ~ ' - ln(1e0 - exp((1e0 - ' ~ share ~ ') * '
            ~ odds_log ~ '))) + 30e0) / (-' ~ share ~ ' * ' ~ odds_log ~ ')'
        ) -%}
    {%- endfor -%}
    cast(ceil(least({{ bounds | join(', ') }})) as int)
{%- endmacro %}
