{#- The column that dates a row of each raw table, as a mapping; tables that are not listed have none. -#}
{% macro row_times() %}
    {{ return({
        'assignments': 'assigned_at', 'consents': 'changed_at', 'coupons': 'issued_at',
        'customers': 'signed_up_at', 'devices': 'last_seen_at', 'events': 'occurred_at',
        'inventory': 'counted_at', 'message_events': 'occurred_at', 'messages': 'sent_at',
        'orders': 'ordered_at', 'points': 'occurred_at', 'prices': 'changed_at',
        'products': 'launched_at', 'suppressions': 'suppressed_at', 'survey_answers': 'answered_at',
        'tickets': 'opened_at',
    }) }}
{% endmacro %}

{#-
    SQL of the moment (UTC) that dates a row, by raw table, as a mapping: the column of row_times,
    and the beginning of the local day of a bill, which has no time of day.

    row: the alias of the staged or landed row.
-#}
{% macro row_moments(row) %}
    {% set moments = {'ad_spend': day_begins_at(row ~ '.spend_date')} %}
    {% for table_name, column in row_times().items() %}
        {% do moments.update({table_name: row ~ '.' ~ column}) %}
    {% endfor %}
    {{ return(moments) }}
{% endmacro %}
