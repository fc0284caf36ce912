{#-
    What was delivered, as a mapping of table name to
        format ('csv', 'parquet' or 'relation'), files (list of paths, empty for a relation),
        columns: list of {name, kind} in which kind is how the values are stored
        ('text', 'number', 'float', 'date', 'timestamp', 'timestamptz', 'boolean' or 'other'),
        headers: mapping of file (or relation) to its column names.

    With the variable `raw` a folder is searched for `<table>.csv`, `<table>.parquet` and folders
    `<table>/` of either; with `raw` empty, the schema `raw` of the warehouse.
    Stops when neither orders nor events are there.

    contract: the mapping of raw_contract().
-#}
{% macro find_deliveries(contract) %}
    {% set deliveries = {} %}
    {% if var('raw') %}
        {% set folder = var('raw') | string %}
        {% set found = list_raw_files(folder) %}
        {% for file in found %}
            {% set inside = file.inside %}
            {% set table_name = modules.re.sub('[.](csv|parquet)$', '', inside.split('/')[0]) %}
            {% set format = 'csv' if inside.endswith('.csv') else 'parquet' %}
            {% if table_name not in contract %}
                {% do exceptions.warn(
                    "RAW holds " ~ inside ~ ", which is no raw table and was not read; the nearest name is "
                    ~ nearest_name(table_name, contract.keys()) ~ "."
                ) %}
            {% elif table_name not in deliveries %}
                {% do deliveries.update({table_name: {'format': format, 'files': [file]}}) %}
            {% elif deliveries[table_name].format == format %}
                {% do deliveries[table_name].files.append(file) %}
            {% else %}
                {% do exceptions.raise_compiler_error(
                    "RAW holds the table " ~ table_name ~ " both as CSV and as Parquet ("
                    ~ deliveries[table_name].files[0].inside ~ " and " ~ inside ~ "). Keep one of them."
                ) %}
            {% endif %}
        {% endfor %}
        {% set found = found | map(attribute='inside') | list %}
        {% set place = "the folder " ~ folder %}
    {% else %}
        {% for name in list_raw_relations() if name in contract %}
            {% do deliveries.update({name: {'format': 'relation', 'files': []}}) %}
        {% endfor %}
        {% set found = list_raw_relations() %}
        {% set place = "the schema `raw` of the warehouse (RAW is empty)" %}
    {% endif %}
    {% if 'orders' not in deliveries and 'events' not in deliveries %}
        {% do exceptions.raise_compiler_error(
            "There is nothing to build from. Looked in " ~ place ~ " for orders or events (orders.csv, orders.parquet"
            ~ " or a folder orders/; the same for events). Found: "
            ~ (found | join(', ') if found else 'no such place, or no file of either kind in it') ~ "."
        ) %}
    {% endif %}
    {% for table_name, delivery in deliveries.items() %}
        {% do describe_delivery(table_name, delivery) %}
    {% endfor %}
    {{ return(deliveries) }}
{% endmacro %}

{#-
    The CSV and Parquet files in a folder and in the folders of it, in the order of their names,
    as a list of {path, inside}: the path that the engine opens, and the part of it below the folder.
-#}
{% macro list_raw_files(folder) %}
    {% set folder = folder[:-1] if folder.endswith('/') and folder | length > 1 else folder %}
    {{ return(adapter.dispatch('list_raw_files', 'dangol')(folder)) }}
{% endmacro %}

{% macro duckdb__list_raw_files(folder) %}
    {% set rows = run_query(
        "select file, substr(file, " ~ (folder | length + 2) ~ ") from glob(["
        ~ "'" ~ folder ~ "/*.csv', '" ~ folder ~ "/*.parquet', "
        ~ "'" ~ folder ~ "/*/**/*.csv', '" ~ folder ~ "/*/**/*.parquet']) order by file"
    ) %}
    {% set files = [] %}
    {% for row in rows.rows %}
        {% do files.append({'path': row[0], 'inside': row[1]}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}

{#-
    Spark has no glob; the columns of binaryFile other than the content cost a listing only. It
    gives absolute paths, in which the folder is found as the last place that all files share.
-#}
{% macro spark__list_raw_files(folder) %}
    {% do run_query(
        "create or replace temporary view dangol_raw_files using binaryFile options (path '"
        ~ folder ~ "', recursiveFileLookup 'true', pathGlobFilter '*.{csv,parquet}')"
    ) %}
    {% set paths = run_query(
        "select regexp_replace(path, '^file:/+', '/') as path from dangol_raw_files order by path"
    ).columns[0].values() %}
    {% set suffix = '/' ~ modules.re.sub('^([.]{0,2}/+)+', '', folder) ~ '/' %}
    {% set files = [] %}
    {% if paths %}
        {% set first, last = paths[0], paths[-1] %}
        {% set shared = namespace(length=0) %}
        {% for position in range([first | length, last | length] | min) %}
            {% if first[:position + 1] == last[:position + 1] %}
                {% set shared.length = position + 1 %}
            {% endif %}
        {% endfor %}
        {% set root_end = first[:shared.length].rfind(suffix) + suffix | length %}
        {% for path in paths %}
            {% do files.append({'path': path, 'inside': path[root_end:]}) %}
        {% endfor %}
    {% endif %}
    {{ return(files) }}
{% endmacro %}

{#- The names of the tables and views in the schema `raw`, sorted; none where there is no such schema. -#}
{% macro list_raw_relations() %}
    {{ return(adapter.dispatch('list_raw_relations', 'dangol')()) }}
{% endmacro %}

{% macro duckdb__list_raw_relations() %}
    {{ return(run_query(
        "select table_name from information_schema.tables"
        ~ " where table_catalog = current_database() and table_schema = 'raw' order by table_name"
    ).columns[0].values() | list) }}
{% endmacro %}

{% macro spark__list_raw_relations() %}
    {% if run_query("show schemas like 'raw'").rows | length == 0 %}
        {{ return([]) }}
    {% endif %}
    {{ return(run_query("show tables in raw").columns[1].values() | sort) }}
{% endmacro %}
