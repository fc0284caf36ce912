{#-
    Decides which files of events this run reads, and from which local day on their events replace
    those that the warehouse keeps. Leaves in the schema `landing`:
        event_files         one row per file of events in RAW: is it new, is it read
        event_window        one row: is_continued, first_day_read, settings
        postponed_events    what earlier runs left to the next full refresh, and this one leaves too
        kept_rejections     rejected rows of files that are not read
        event_register      int_event_files as the run finds it, with the files that it begins

    A run continues the one before when that left `int_event_files` with the same settings: then it
    reads the new files, and those that reach into the days from the first event in a new file that
    is not late (by more than `late_days`). A file that changed or went counts from its first day
    on, and an event that a new file moves to another day from the day under which it is kept. Else,
    and with tables of the schema `raw`, everything is read.

    deliveries: the mapping of find_deliveries().
-#}
{% macro plan_events(deliveries) %}
    {% set files = deliveries.events.files if 'events' in deliveries else [] %}
    {% set settings = event_settings(deliveries.events.columns if 'events' in deliveries else []) %}
    {% do run_query(
        "create table " ~ landing_relation('found_event_files') ~ " as select found.file, found.size_bytes,"
        ~ " found.modified_at, known.file is null as is_new, known.first_date, known.last_date from ("
        ~ file_facts(files) ~ ") as found left join (" ~ known_event_files(settings) ~ ") as known on found.file = known.file"
        ~ " and found.size_bytes = known.size_bytes and found.modified_at = known.modified_at"
    ) %}
    {% set is_continued = continues_events(settings) %}
    {#- what a run begins anew and doesn't end, the next one must not continue -#}
    {% if not is_continued and keeps_events() %}
        {% do run_query("truncate table intermediate.int_event_files") %}
    {% endif %}
    {% set first_day = first_day_of_new_events(settings) if is_continued else none %}
    {% set first_day_read = "date '" ~ (first_day or '9999-12-31') ~ "'" if is_continued else "date '0001-01-01'" %}
    {% do run_query(
        "create table " ~ landing_relation('event_files') ~ " as select file, size_bytes, modified_at, "
        ~ ("is_new or coalesce(last_date >= " ~ first_day_read ~ ", false)" if is_continued else "true") ~ " as is_read, "
        ~ ("is_new" if is_continued else "true") ~ " as is_new, first_date, last_date from "
        ~ landing_relation('found_event_files')
    ) %}
    {% do run_query(
        "create table " ~ landing_relation('event_window') ~ " as select " ~ is_continued | lower ~ " as is_continued, "
        ~ first_day_read ~ " as first_day_read, '" ~ settings ~ "' as settings"
    ) %}
    {#- a file that this run begins and doesn't end looks changed to the next one, as long as it is there -#}
    {% if is_continued and keeps_events() %}
        {% do run_query(
            "insert into intermediate.int_event_files select file, size_bytes, cast(null as timestamp), "
            ~ first_day_read ~ ", " ~ first_day_read ~ ", '" ~ settings ~ "', "
            ~ ("date '" ~ var('as_of') ~ "'" if var('as_of') else "cast(null as date)")
            ~ " from " ~ landing_relation('event_files') ~ " where is_new"
        ) %}
    {% endif %}
    {% do run_query(
        "create table " ~ landing_relation('event_register') ~ " as " ~ (
            "select * from intermediate.int_event_files"
            if adapter.get_relation(target.database, 'intermediate', 'int_event_files') is not none
            else no_rows(event_register_columns())
        )
    ) %}
    {% set kept_files = "(select file from " ~ landing_relation('event_files') ~ " where not is_new)" %}
    {% set unread_files = "(select file from " ~ landing_relation('event_files') ~ " where not is_read)" %}
    {% do run_query(
        "create table " ~ landing_relation('postponed_events') ~ " as " ~ (
            "select event_id, file, event_date, is_copy from intermediate.int_postponed_events where event_date < "
            ~ first_day_read ~ " and file in " ~ kept_files if is_continued
            else no_rows({'event_id': 'string', 'file': 'string', 'event_date': 'date', 'is_copy': 'boolean'})
        )
    ) %}
    {% do run_query(
        "create table " ~ landing_relation('kept_rejections') ~ " as " ~ (
            "select row_key, row_date, file, file_row, reason, row_text from staging.stg_rejected_rows where table_name = 'events'"
            ~ " and file in " ~ unread_files if is_continued
            else no_rows({
                'row_key': 'string', 'row_date': 'date', 'file': 'string', 'file_row': 'bigint', 'reason': 'string',
                'row_text': 'string',
            })
        )
    ) %}
{% endmacro %}

{#-
    A select of the files that the last run read with today's settings; of none in a full refresh.

    settings: what event_settings() gave.
-#}
{% macro known_event_files(settings) %}
    {% set known = adapter.get_relation(target.database, 'intermediate', 'int_event_files') %}
    {% if known is none or flags.FULL_REFRESH %}
        {% do return(no_rows(event_register_columns())) %}
    {% endif %}
    {% set has_same_settings = "settings = '" ~ settings ~ "' and " ~ (
        "as_of_date <= date '" ~ var('as_of') ~ "'" if var('as_of') else "as_of_date is null"
    ) %}
    {% do return(
        "select file, size_bytes, modified_at, first_date, last_date from intermediate.int_event_files where "
        ~ has_same_settings
    ) %}
{% endmacro %}

{#- The columns of int_event_files, as a mapping of name to type. -#}
{% macro event_register_columns() %}
    {{ return({
        'file': 'string', 'size_bytes': 'bigint', 'modified_at': 'timestamp', 'first_date': 'date', 'last_date': 'date',
        'settings': 'string', 'as_of_date': 'date',
    }) }}
{% endmacro %}

{#-
    Whether this run makes all that follows the files of events, so that those that it reads count
    as read. A selection that leaves some of it out notes nothing: the next run reads them again.
-#}
{% macro notes_event_files() %}
    {% set parents = graph.nodes['model.dangol.int_event_files'].depends_on.nodes if execute else [] %}
    {% for parent in parents %}
        {% if graph.nodes[parent].config.materialized != 'view' and parent not in selected_resources %}
            {{ return(false) }}
        {% endif %}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}

{#-
    Whether this run continues the one before: it has files of events, and knows some of them. Spark
    can replace days and not remove them, so there a file that changed or went has all read again.

    settings: what event_settings() gave.
-#}
{% macro continues_events(settings) %}
    {% set counts = run_query(
        "select count(*), count(case when is_new then 1 end) from " ~ landing_relation('found_event_files')
    ).rows[0] %}
    {% set gone = run_query("select count(*) from (" ~ gone_event_files(settings) ~ ") as gone").rows[0] %}
    {% if gone[0] > 0 %}
        {% do return(target.type == 'duckdb' and counts[0] > 0) %}
    {% endif %}
    {{ return(counts[0] > counts[1]) }}
{% endmacro %}

{#- Whether this run builds what is kept of events, on top of what an earlier one has left. -#}
{% macro keeps_events() %}
    {{ return(
        adapter.get_relation(target.database, 'intermediate', 'int_event_files') is not none
        and 'model.dangol.int_delivered_events' in selected_resources
    ) }}
{% endmacro %}

{#-
    A select of the files that were read before and are no longer there as they were.

    settings: what event_settings() gave.
-#}
{% macro gone_event_files(settings) %}
    {{ return(
        "select known.file, known.first_date from (" ~ known_event_files(settings) ~ ") as known left join "
        ~ landing_relation('found_event_files') ~ " as found on known.file = found.file and not found.is_new"
        ~ " where found.file is null"
    ) }}
{% endmacro %}

{#-
    The local day (a Python date) of the first event in a new file that is not late, or under which
    such an event is kept if that is earlier, or of the first event in a file that went or changed;
    none where there is nothing to read. With the variable `as_of` set and moved on, copies received
    since then count too.

    settings: what event_settings() gave.
-#}
{% macro first_day_of_new_events(settings) %}
    {% set new_files = quoted_files("select file from " ~ landing_relation('found_event_files') ~ " where is_new") %}
    {% set in_time = landing_relation('events') ~ " where _rejected_because is null and (received_at is null or received_at <= "
        ~ late_after('occurred_at') ~ ") and _file in (" ~ new_files ~ ")" %}
    {% set days = [
        "select min(" ~ local_date('occurred_at') ~ ") as first_day from " ~ in_time,
        "select min(event_date) as first_day from intermediate.int_delivered_events where event_id in (select event_id from "
        ~ in_time ~ ")",
        "select min(first_date) as first_day from (" ~ gone_event_files(settings) ~ ") as gone",
    ] %}
    {% if var('as_of') %}
        {% set known_as_of = run_query("select min(as_of_date) from intermediate.int_event_files").columns[0].values()[0] %}
        {% if known_as_of and known_as_of | string < var('as_of') | string %}
            {% set day = "date '" ~ known_as_of ~ "'" %}
            {% do days.append("select " ~ add_days(day, -1 * var('late_days') | int) ~ " as first_day") %}
            {% do days.append(
                "select min(first_copy_date) as first_day from intermediate.int_repeated_events where event_id in ("
                ~ "select event_id from intermediate.int_delivered_events where received_at >= "
                ~ day_begins_at(add_days(day, 1)) ~ ")"
            ) %}
        {% endif %}
    {% endif %}
    {% set found = run_query("select min(first_day) from (" ~ days | join(' union all ') ~ ") as days").columns[0].values()[0] %}
    {{ return(with_all_copies(found) if found else none) }}
{% endmacro %}

{#-
    The local day (a Python date) from which a day, and every event that has a delivery from it on,
    is read with all of its deliveries: a tracker may say of an event first one day, then another.

    day: a Python date.
-#}
{% macro with_all_copies(day) %}
    {% set earlier = run_query(
        "select min(first_copy_date) from intermediate.int_repeated_events where first_copy_date < date '" ~ day
        ~ "' and last_copy_date >= date '" ~ day ~ "'"
    ).columns[0].values()[0] %}
    {{ return(with_all_copies(earlier) if earlier else day) }}
{% endmacro %}

{#- SQL of a list of files. query: a select of one column of file names. -#}
{% macro quoted_files(query) %}
    {% set quoted = [] %}
    {% for file in run_query(query).columns[0].values() %}
        {% do quoted.append("'" ~ file | replace("'", "''") ~ "'") %}
    {% endfor %}
    {{ return(quoted | join(', ') if quoted else 'null') }}
{% endmacro %}

{#-
    What the kept events depend on beside their files, as a hash: their columns, the variables that
    shape them, the tombstones of erased people, the SQL of the models that keep them and of what
    makes sessions. When it changes, everything is read again.

    columns: list of {name, kind} of find_deliveries().
-#}
{% macro event_settings(columns) %}
    {% set parts = [sessions_by_day(['visitor']), tombstones_digest()] %}
    {% for column in columns | sort(attribute='name') %}
        {% do parts.append(column.name ~ ' ' ~ column.kind) %}
    {% endfor %}
    {% for name in ['reporting_timezone', 'source_timezone', 'session_gap_minutes', 'late_days'] %}
        {% do parts.append(var(name) | string) %}
    {% endfor %}
    {% for node in graph.nodes.values() | sort(attribute='unique_id') %}
        {% if node.name in ('stg_events', 'stg_rejected_rows') or node.config.get('meta', {}).get('follows') == 'events' %}
            {% do parts.append(node.checksum.checksum) %}
        {% endif %}
    {% endfor %}
    {{ return(local_md5(parts | join('|'))) }}
{% endmacro %}

{#- A hash of all tombstones, so that who was erased leaves what is kept too; '' where there is none. -#}
{% macro tombstones_digest() %}
    {% if not has_tombstones() %}
        {{ return('') }}
    {% endif %}
    {{ return(run_query(
        "select md5(string_agg(type || ' ' || hash || ' ' || erased_on, ',' order by type, hash, erased_on))"
        ~ " from dangol_erasure.main.tombstones"
    ).columns[0].values()[0]) }}
{% endmacro %}

{#-
    A select of file (below RAW), size_bytes and modified_at (UTC, whole seconds) of each file.

    files: list of {path, inside} of find_deliveries().
-#}
{% macro file_facts(files) %}
    {% if not files %}
        {% do return(no_rows({'file': 'string', 'size_bytes': 'bigint', 'modified_at': 'timestamp'})) %}
    {% endif %}
    {% set root_length = files[0].path | length - files[0].inside | length %}
    {{ return(adapter.dispatch('file_facts', 'dangol')(files, root_length)) }}
{% endmacro %}

{% macro duckdb__file_facts(files, root_length) %}
    {#- read_blob takes such a folder for a column of its own, and crashes -#}
    {% for file in files if modules.re.search('(?i)(^|/)(filename|size|last_modified)=', file.path) %}
        {% do exceptions.raise_compiler_error(
            "The file of events " ~ file.path ~ " lies in a folder whose name begins with filename=, size= or last_modified=,"
            ~ " under which DuckDB cannot look up when a file was changed. Rename the folder."
        ) %}
    {% endfor %}
    {{ return(
        "select substr(filename, " ~ (root_length + 1) ~ ") as file, size as size_bytes, date_trunc('second', cast(last_modified as timestamp)) as modified_at"
        ~ " from read_blob(['" ~ files | map(attribute='path') | join("', '") ~ "'])"
    ) }}
{% endmacro %}

{#- The view is the one that list_raw_files made. -#}
{% macro spark__file_facts(files, root_length) %}
    {{ return(
        "select substr(regexp_replace(path, '^file:/+', '/'), " ~ (root_length + 1) ~ ") as file, length as size_bytes,"
        ~ " date_trunc('second', modificationTime) as modified_at from dangol_raw_files where regexp_replace(path, '^file:/+', '/') in ('"
        ~ files | map(attribute='path') | join("', '") ~ "')"
    ) }}
{% endmacro %}
