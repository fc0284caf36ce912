{#-
    The score, 1 to 5 (int), of a value among four cut points: 1 + the number of cut points strictly
    below it, so that equal values always get equal scores. The variable `rfm_cut_offset`, where it
    is more than 0, is added to each cut point and the comparison becomes `>=`.

    value: SQL of the value.
    cut_points: relation or alias with the columns cut_1 to cut_4.
-#}
{% macro rfm_score(value, cut_points) -%}
    {%- set offset = var('rfm_cut_offset') -%}
    cast(
        1
        {%- for number in range(1, 5) %}
        {%- set cut_point = cut_points ~ '.cut_' ~ number %}
        + case when {{ value }}
            {%- if offset | float > 0 %} >= {{ cut_point }} + {{ offset }}
            {%- else %} > {{ cut_point }}
            {%- endif %} then 1 else 0 end
        {%- endfor %}
        as int
    )
{%- endmacro %}
