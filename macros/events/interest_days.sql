{#-
    For how many local days, up to the as-of day, what people do with a product says that it interests
    them: a cart, a wish, a view. Older days of int_visitor_product_days are not kept.
-#}
{% macro interest_days() %}
    {{- return(90) -}}
{% endmacro %}

{#-
    The first of the last days up to the day of int_as_of as it stands (text YYYY-MM-DD): a constant, with which
    an engine skips what is older without reading it.

    days: how many.
-#}
{% macro first_of_last_days(days) %}
    {% if execute and adapter.get_relation(target.database, 'intermediate', 'int_as_of') is not none %}
        {% set day = run_query(
            "select cast(" ~ add_days('as_of_date', 1 - days) ~ " as string) from intermediate.int_as_of"
        ).columns[0].values()[0] %}
    {% endif %}
    {{ return(day or '0001-01-01') }}
{% endmacro %}

{#-
    The local day (text YYYY-MM-DD) from which on the model that calls this reads events, of which it
    keeps the interest_days in `activity_date`: as the others in an incremental run, but all of
    them where the as-of day moved back to days that are not kept.
-#}
{% macro first_interest_day_read() %}
    {% set first_day, first_read = first_of_last_days(interest_days()), event_window().first_day_read %}
    {% if is_incremental() %}
        {% set first_kept = run_query("select cast(min(activity_date) as string) from " ~ this).columns[0].values()[0] %}
        {% if first_kept and first_kept <= first_day %}
            {% do return([first_day, first_read] | max) %}
        {% endif %}
    {% endif %}
    {{ return(first_day) }}
{% endmacro %}
