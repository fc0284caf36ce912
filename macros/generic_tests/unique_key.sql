{#-
    Fails for each key that is not complete or stands in more than one row.

    columns: the columns that together identify a row.
    nullable: those of them that may be null (a null then counts as a value).
-#}
{% test unique_key(model, columns, nullable=[]) %}

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns if column not in nullable %}
        or {{ column }} is null
        {%- endfor %}

{% endtest %}
