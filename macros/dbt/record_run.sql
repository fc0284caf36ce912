{#-
    Notes in `quality.run_history` that a run of dbt has begun, before it changes anything. A run
    that is killed, or stopped by its input, keeps the status `running`: it never ended well. One
    whose variables are refused leaves no trace: nothing of them reaches SQL, in a test neither.

    One row per run that writes or tests tables (`build`, `run`, `seed`, `snapshot`, `test`):
        invocation_id    dbt's own id of the run
        command          `build`, `run`, ...
        is_complete      a `build` of all that the project has (models, seeds and data tests)
        status           `running`, then `green` or `failed`; `discarded` when `dangol build` has not
                         published what the run made (src/dangol/workplace.py)
        started_at       UTC; the only clock in the warehouse, with finished_at
        finished_at      UTC; null while running
        duration_seconds from started_at to finished_at; null while running
        as_of_date       the local day that the marts describe
        raw              the folder that was read; '' for the schema `raw`
        variables        JSON of the variables that the command line gave
        model_count      models and seeds that were built
        test_count       tests that were run, those that failed included
        failure_count    models, seeds and tests that failed
    `make export` reads it: files leave after a green run only.

    Beside it, `quality.run_tables` has one row per run and raw table, see record_run_tables.
-#}
{% macro record_run_start() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test') %}
        {% do check_vars() %}
    {% endif %}
    {% if execute and is_recorded_run() %}
        {% set columns = [] %}
        {% for name, type in run_history_columns().items() %}
            {% do columns.append(name ~ ' ' ~ type) %}
        {% endfor %}
        {% do run_query("create schema if not exists quality") %}
        {{ adapter.dispatch('create_run_history', 'dangol')(columns | join(', ')) }}
        {{ adapter.dispatch('write_run', 'dangol')({'status': "'running'"}) }}
    {% endif %}
{% endmacro %}

{#-
    Notes in `quality.run_history` how the run ended. Green means that everything that was selected
    has a result, and a good one; with `--empty`, which leaves tables without rows, no run is green.

    results: dbt's results at the end of a run.
-#}
{% macro record_run_end(results) %}
    {% if execute and is_recorded_run() %}
        {% set counts = {'models': 0, 'tests': 0, 'failures': 0} %}
        {% set done = [] %}
        {% for result in results %}
            {% set kind = 'tests' if result.node.resource_type in ('test', 'unit_test') else 'models' %}
            {% set status = result.status | string %}
            {% if status in ('success', 'pass', 'warn', 'no-op') %}
                {% do done.append(result.node.unique_id) %}
                {% do counts.update({kind: counts[kind] + 1}) %}
            {% elif status != 'skipped' %}
                {% do counts.update({'failures': counts.failures + 1}) %}
                {% do counts.update({'tests': counts.tests + (1 if kind == 'tests' else 0)}) %}
            {% endif %}
        {% endfor %}
        {% set is_green = not flags.EMPTY and selected_resources | reject('in', done) | list | length == 0 %}
        {% set has_as_of = adapter.get_relation(target.database, 'intermediate', 'int_as_of') is not none %}
        {% set finished_at = modules.datetime.datetime.now(modules.pytz.utc) %}
        {{ adapter.dispatch('write_run', 'dangol')({
            'status': "'green'" if is_green else "'failed'",
            'finished_at': moment_literal(finished_at),
            'duration_seconds': ((finished_at - run_started_at).total_seconds()) | round(3),
            'as_of_date': '(select min(as_of_date) from intermediate.int_as_of)' if has_as_of else 'null',
            'raw': text_literal(var('raw')),
            'variables': text_literal(tojson(invocation_args_dict.get('vars') or {}, sort_keys=true)),
            'model_count': counts.models,
            'test_count': counts.tests,
            'failure_count': counts.failures,
        }) }}
        {% if 'model.dangol.data_quality' in done and 'model.dangol.int_raw_usuals' in done %}
            {% do record_run_tables() %}
        {% endif %}
    {% endif %}
{% endmacro %}

{#- The columns of `quality.run_history` behind invocation_id, and their types. -#}
{% macro run_history_columns() %}
    {{ return({
        'command': 'string', 'is_complete': 'boolean', 'status': 'string', 'started_at': 'timestamp',
        'finished_at': 'timestamp', 'duration_seconds': 'double', 'as_of_date': 'date', 'raw': 'string',
        'variables': 'string', 'model_count': 'int', 'test_count': 'int', 'failure_count': 'int',
    }) }}
{% endmacro %}

{#- Creates `quality.run_history` when there is none. columns: SQL of its columns behind invocation_id. -#}
{% macro duckdb__create_run_history(columns) %}
    {% do run_query("create table if not exists quality.run_history (invocation_id string, " ~ columns ~ ")") %}
    {#- a warehouse may be older than this column -#}
    {% do run_query("alter table quality.run_history add column if not exists duration_seconds double") %}
{% endmacro %}

{#- Each run is a partition of its own: a Parquet table changes by whole partitions only. -#}
{% macro spark__create_run_history(columns) %}
    {% do run_query(
        "create table if not exists quality.run_history (" ~ columns
        ~ ", invocation_id string) using parquet partitioned by (invocation_id)"
    ) %}
{% endmacro %}

{#-
    Writes this run's row of `quality.run_history`, in the place of the one that it has.

    known: mapping of columns to SQL; what it does not give is null, but for what is known all along.
-#}
{% macro duckdb__write_run(known) %}
    {% do run_query(
        "delete from quality.run_history where invocation_id = '" ~ invocation_id ~ "'; "
        ~ "insert into quality.run_history by name select '" ~ invocation_id ~ "' as invocation_id, " ~ run_row(known)
    ) %}
{% endmacro %}

{% macro spark__write_run(known) %}
    {% do run_query(
        "insert overwrite table quality.run_history partition (invocation_id = '" ~ invocation_id ~ "') select "
        ~ run_row(known)
    ) %}
{% endmacro %}

{#- The select list of this run's row, in the order of run_history_columns. known: as above. -#}
{% macro run_row(known) %}
    {% do known.update({
        'command': text_literal(flags.WHICH), 'is_complete': is_complete_run(),
        'started_at': moment_literal(run_started_at),
    }) %}
    {% set values = [] %}
    {% for name, type in run_history_columns().items() %}
        {% do values.append('cast(' ~ known.get(name, 'null') ~ ' as ' ~ type ~ ') as ' ~ name) %}
    {% endfor %}
    {{ return(values | join(', ')) }}
{% endmacro %}

{#- A moment as a UTC timestamp literal of SQL. moment: a datetime in UTC. -#}
{% macro moment_literal(moment) -%}
    timestamp '{{ moment.strftime('%Y-%m-%d %H:%M:%S.%f') }}'
{%- endmacro %}

{#-
    Adds to `quality.run_tables` what a run read of each raw table that was delivered, also when a
    test failed; not after a run that left the counts as an earlier one had made them.

    One row per run and raw table:
        invocation_id    the run, as in quality.run_history
        as_of_date       the local day that the marts describe
        table_name       the raw table
        rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_erased, rows_waiting, rows_late
                         as in quality.data_quality; rows_erased and rows_waiting are null for runs
                         of a version that did not count them here
        newest_at        UTC; when its newest row up to the end of the as-of day happened
        rows_of_day      its accepted rows of the as-of day; null for order_items, whose rows have no
                         date
-#}
{% macro record_run_tables() %}
    {% do run_query(
        "create table if not exists quality.run_tables ("
        ~ "invocation_id string, as_of_date date, table_name string, rows_read bigint, "
        ~ "rows_accepted bigint, rows_rejected bigint, rows_duplicate bigint, rows_erased bigint, "
        ~ "rows_waiting bigint, rows_late bigint, newest_at timestamp, rows_of_day bigint)"
        ~ (" using parquet" if target.type == 'spark')
    ) %}
    {#- a warehouse may be older than these columns -#}
    {% set known = run_query("select * from quality.run_tables limit 0").column_names %}
    {% for name in ('rows_erased', 'rows_waiting') if name not in known %}
        {% do run_query("alter table quality.run_tables add column " ~ name ~ " bigint") %}
    {% endfor %}
    {% do run_query(
        "insert into quality.run_tables by name select '" ~ invocation_id ~ "' as invocation_id, "
        ~ "as_of.as_of_date, counts.table_name, counts.rows_read, counts.rows_accepted, "
        ~ "counts.rows_rejected, counts.rows_duplicate, counts.rows_erased, counts.rows_waiting, "
        ~ "counts.rows_late, spans.newest_at, case when counts.table_name in ('"
        ~ (row_moments('staged').keys() | join("', '"))
        ~ "') then coalesce(usuals.row_count, 0) end as rows_of_day "
        ~ "from quality.data_quality as counts cross join intermediate.int_as_of as as_of "
        ~ "left join intermediate.int_raw_spans as spans on counts.table_name = spans.table_name "
        ~ "left join intermediate.int_raw_usuals as usuals on counts.table_name = usuals.table_name "
        ~ "where counts.file_format is not null order by counts.table_name"
    ) %}
{% endmacro %}

{#- Whether this run of dbt belongs into the history: it writes tables, or tests what is in them. -#}
{% macro is_recorded_run() %}
    {% set found = [] %}
    {% for unique_id in selected_resources if not unique_id.startswith('unit_test.') %}
        {% do found.append(unique_id) %}
    {% endfor %}
    {{ return(flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test') and found | length > 0) }}
{% endmacro %}

{#- Whether this run is a `build` of every model, seed, snapshot and data test, with its rows. -#}
{% macro is_complete_run() %}
    {% set left_out = [] %}
    {% for node in graph.nodes.values() %}
        {% if node.resource_type in ('model', 'seed', 'snapshot', 'test')
            and node.config.enabled and node.unique_id not in selected_resources %}
            {% do left_out.append(node.unique_id) %}
        {% endif %}
    {% endfor %}
    {{ return(flags.WHICH == 'build' and not flags.EMPTY and left_out | length == 0) }}
{% endmacro %}
