{#-
    Whether somebody born on a date is of an age on a day; the birthday counts. Whoever was born on
    29 February comes of age on 1 March of a common year.
-#}
{% macro age_reached(birth_date, on_date, years) -%}
    (
        year({{ on_date }}) * 10000 + month({{ on_date }}) * 100 + day({{ on_date }})
        - year({{ birth_date }}) * 10000 - month({{ birth_date }}) * 100 - day({{ birth_date }})
        >= {{ years }} * 10000
    )
{%- endmacro %}
