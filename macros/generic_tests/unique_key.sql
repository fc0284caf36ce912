{#-
    Fails for each key that is not complete or stands in more than one row.

    columns: the columns that together identify a row.
    nullable: those of them that may be null (a null then counts as a value).
-#}
{% test unique_key(model, columns, nullable=[]) %}

    {%- set names = [] %}
    {%- for column in columns %}{% do names.append(adapter.quote(column)) %}{% endfor %}

    select
        {{ names | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ names | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns if column not in nullable %}
        or {{ adapter.quote(column) }} is null
        {%- endfor %}

{% endtest %}
