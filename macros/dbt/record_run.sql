{#-
    Notes in `quality.run_history` that a run of dbt has begun, before it changes anything. A run
    that is killed, or stopped by its input, keeps the status `running`: it never ended well.

    One row per run that writes or tests tables (`build`, `run`, `seed`, `snapshot`, `test`):
        invocation_id    dbt's own id of the run
        command          `build`, `run`, ...
        is_complete      a `build` of all that the project has (models, seeds and data tests)
        status           `running`, then `green` or `failed`; `discarded` when `dangol build` has not
                         published what the run made (src/dangol/workplace.py)
        started_at       UTC; the only clock in the warehouse, with finished_at
        finished_at      UTC; null while running
        as_of_date       the local day that the marts describe
        raw              the folder that was read; '' for the schema `raw`
        variables        JSON of the variables that the command line gave
        model_count      models and seeds that were built
        test_count       tests that were run
        failure_count    models, seeds and tests that failed
    `make export` reads it: files leave after a green run only. Spark keeps no history.
-#}
{% macro record_run_start() %}
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
    {% do run_query(
        "update quality.run_history set status = '" ~ ('green' if is_green else 'failed')
        ~ "', finished_at = timestamp '" ~ modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')
        ~ "', as_of_date = " ~ ('(select min(as_of_date) from intermediate.int_as_of)' if has_as_of else 'null')
        ~ ", raw = '" ~ var('raw') | string | replace("'", "''")
        ~ "', variables = '" ~ tojson(invocation_args_dict.get('vars') or {}, sort_keys=true) | replace("'", "''")
        ~ "', model_count = " ~ counts.models ~ ", test_count = " ~ counts.tests
        ~ ", failure_count = " ~ counts.failures ~ " where invocation_id = '" ~ invocation_id ~ "'"
    ) %}
{% endmacro %}

{% macro spark__record_run_end(results) %}
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
