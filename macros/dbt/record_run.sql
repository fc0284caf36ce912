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
        test_count       tests that were run
        failure_count    models, seeds and tests that failed
    `make export` reads it: files leave after a green run only. Spark keeps no history.

    Beside it, `quality.run_tables` has one row per run and raw table, see record_run_tables.
-#}
{% macro record_run_start() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test') %}
        {% do check_vars() %}
    {% endif %}
    {% if execute and is_recorded_run() %}
        {{ adapter.dispatch('record_run_start', 'dangol')() }}
    {% endif %}
{% endmacro %}

{% macro duckdb__record_run_start() %}
    {% do run_query("create schema if not exists quality") %}
    {% do run_query(
        "create table if not exists quality.run_history ("
        ~ "invocation_id varchar not null, command varchar not null, is_complete boolean not null, "
        ~ "status varchar not null, started_at timestamp not null, finished_at timestamp, as_of_date date, "
        ~ "raw varchar, variables varchar, model_count integer, test_count integer, failure_count integer)"
    ) %}
    {#- a warehouse may be older than this column -#}
    {% do run_query("alter table quality.run_history add column if not exists duration_seconds double") %}
    {% do run_query(
        "insert into quality.run_history by name select '" ~ invocation_id ~ "' as invocation_id, '"
        ~ flags.WHICH ~ "' as command, " ~ is_complete_run() ~ " as is_complete, 'running' as status, timestamp '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')
        ~ "' as started_at"
    ) %}
{% endmacro %}

{% macro spark__record_run_start() %}
{% endmacro %}

{#-
    Notes in `quality.run_history` how the run ended. Green means that everything that was selected
    has a result, and a good one; with `--empty`, which leaves tables without rows, no run is green.

    results: dbt's results at the end of a run.
-#}
{% macro record_run_end(results) %}
    {% if execute and is_recorded_run() %}
        {{ adapter.dispatch('record_run_end', 'dangol')(results) }}
    {% endif %}
{% endmacro %}

{% macro duckdb__record_run_end(results) %}
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
        {% endif %}
    {% endfor %}
    {% set is_green = not flags.EMPTY and selected_resources | reject('in', done) | list | length == 0 %}
    {% set has_as_of = run_query(
        "select count(*) from information_schema.tables where table_catalog = current_database()"
        ~ " and table_schema = 'intermediate' and table_name = 'int_as_of'"
    ).columns[0].values()[0] > 0 %}
    {% set finished_at = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f') %}
    {% do run_query(
        "update quality.run_history set status = '" ~ ('green' if is_green else 'failed')
        ~ "', finished_at = timestamp '" ~ finished_at
        ~ "', duration_seconds = date_diff('millisecond', started_at, timestamp '" ~ finished_at ~ "') / 1000"
        ~ ", as_of_date = " ~ ('(select min(as_of_date) from intermediate.int_as_of)' if has_as_of else 'null')
        ~ ", raw = '" ~ var('raw') | string | replace("'", "''")
        ~ "', variables = '" ~ tojson(invocation_args_dict.get('vars') or {}, sort_keys=true) | replace("'", "''")
        ~ "', model_count = " ~ counts.models ~ ", test_count = " ~ counts.tests
        ~ ", failure_count = " ~ counts.failures ~ " where invocation_id = '" ~ invocation_id ~ "'"
    ) %}
    {% if 'model.dangol.data_quality' in done and 'model.dangol.int_raw_usuals' in done %}
        {% do record_run_tables() %}
    {% endif %}
{% endmacro %}

{% macro spark__record_run_end(results) %}
{% endmacro %}

{#-
    Adds to `quality.run_tables` what a run read of each raw table that was delivered, also when a
    test failed; not after a run that left the counts as an earlier one had made them.

    One row per run and raw table:
        invocation_id    the run, as in quality.run_history
        as_of_date       the local day that the marts describe
        table_name       the raw table
        rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_late   as in quality.data_quality
        newest_at        UTC; when its newest row up to the end of the as-of day happened
        rows_of_day      its accepted rows of the as-of day; null for a table whose rows have no date
-#}
{% macro record_run_tables() %}
    {% do run_query(
        "create table if not exists quality.run_tables ("
        ~ "invocation_id varchar not null, as_of_date date, table_name varchar not null, rows_read bigint, "
        ~ "rows_accepted bigint, rows_rejected bigint, rows_duplicate bigint, rows_late bigint, "
        ~ "newest_at timestamp, rows_of_day bigint)"
    ) %}
    {% do run_query(
        "insert into quality.run_tables by name select '" ~ invocation_id ~ "' as invocation_id, "
        ~ "as_of.as_of_date, data_quality.table_name, data_quality.rows_read, data_quality.rows_accepted, "
        ~ "data_quality.rows_rejected, data_quality.rows_duplicate, data_quality.rows_late, spans.newest_at, "
        ~ "usuals.row_count as rows_of_day from quality.data_quality as data_quality "
        ~ "cross join intermediate.int_as_of as as_of "
        ~ "left join intermediate.int_raw_spans as spans on data_quality.table_name = spans.table_name "
        ~ "left join intermediate.int_raw_usuals as usuals on data_quality.table_name = usuals.table_name "
        ~ "where data_quality.file_format is not null order by data_quality.table_name"
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
