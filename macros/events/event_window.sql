{#-
    What plan_events decided, as a mapping: is_continued (events of earlier days are kept),
    first_day_read (text YYYY-MM-DD, the local day from which events are read again) and settings
    (the hash that event_settings gave).
-#}
{% macro event_window() %}
    {% if execute and adapter.get_relation(target.database, 'landing', 'event_window') is not none %}
        {% set row = run_query("select is_continued, cast(first_day_read as string), settings from " ~ landing_relation('event_window')).rows[0] %}
        {% do return({'is_continued': row[0], 'first_day_read': row[1], 'settings': row[2]}) %}
    {% endif %}
    {{ return({'is_continued': false, 'first_day_read': '0001-01-01', 'settings': ''}) }}
{% endmacro %}

{#- SQL of the local day from which events are read again (date). -#}
{% macro first_day_read() -%}
    date '{{ event_window().first_day_read }}'
{%- endmacro %}

{#- SQL of the list of the event files that this run reads. -#}
{% macro files_read() -%}
    {%- if execute and adapter.get_relation(target.database, 'landing', 'event_files') is not none -%}
        {{ quoted_files("select file from " ~ landing_relation('event_files') ~ " where is_read order by file") }}
    {%- else -%} null
    {%- endif -%}
{%- endmacro %}

{#-
    SQL of whether a file is read in this run: any but a file of events of which nothing new is asked.

    table_name: the raw table. file: SQL of the file's name.
-#}
{% macro is_read_now(table_name, file) -%}
    {%- if table_name == 'events' and event_window().is_continued -%} {{ file }} in ({{ files_read() }})
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{#-
    Before an incremental model is continued: takes the days that are read again out of it, in the
    same transaction. On Spark insert_overwrite replaces the days that get rows; the partitions of
    these days go before, since one that gets none would stay.

    column: the model's local day.
    first_read: the first of the days that are read again (text YYYY-MM-DD); none for the window's.
    first_kept: days before it go too (the same); none where all days are kept.
-#}
{% macro forget_days_read(column, first_read=none, first_kept=none) %}
    {{ adapter.dispatch('forget_days_read', 'dangol')(
        column, first_read or event_window().first_day_read, first_kept
    ) }}
{% endmacro %}

{% macro duckdb__forget_days_read(column, first_read, first_kept) -%}
    {% if is_incremental() -%}
        delete from {{ this }} where {{ column }} >= date '{{ first_read }}'
        {%- if first_kept %} or {{ column }} < date '{{ first_kept }}'{% endif %}
    {%- endif %}
{%- endmacro %}

{% macro spark__forget_days_read(column, first_read, first_kept) -%}
    {% if is_incremental() -%}
        {%- set parts = [] -%}
        {%- for row in run_query("show partitions " ~ this).rows -%}
            {%- set day = row[0].split('=')[1] -%}
            {%- if day >= first_read or day < (first_kept or '') -%}
                {%- do parts.append("partition (" ~ column ~ " = date '" ~ day ~ "')") -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if parts -%} alter table {{ this }} drop if exists {{ parts | join(', ') }} {%- endif -%}
    {%- endif %}
{%- endmacro %}

{#- The UTC timestamp after which an event counts as late. occurred_at: SQL of when it happened. -#}
{% macro late_after(occurred_at) -%}
    {{ add_minutes(occurred_at, var('late_days') * 24 * 60) }}
{%- endmacro %}
