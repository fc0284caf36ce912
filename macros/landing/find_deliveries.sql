{#-
    What was delivered, as a mapping of table name to
        format ('csv', 'parquet' or 'relation'), files (list of paths, empty for a relation),
        columns: list of {name, kind} in which kind is how the values are stored
        ('text', 'number', 'float', 'date', 'timestamp', 'timestamptz', 'boolean' or 'other'),
        headers: mapping of file (or relation) to its column names.

    With the variable `raw` a folder is searched for `<table>.csv`, `<table>.parquet` and folders
    `<table>/` of either; with `raw` empty, the schema `raw` of the warehouse. Warns of files that
    look like a raw table and are not read. Stops when neither orders nor events are there.

    contract: the mapping of raw_contract().
-#}
{% macro find_deliveries(contract) %}
    {% set deliveries = {} %}
    {% set unread = {} %}
    {% if var('raw') %}
        {% set folder = var('raw') | string %}
        {% set files = list_raw_files(folder, contract.keys() | list) %}
        {% set unread = unread_files(contract, files) %}
        {% for table_name, sentence in unread.items() %}
            {% do exceptions.warn(sentence) %}
        {% endfor %}
        {% set found = [] %}
        {% for file in files if file.inside.endswith(('.csv', '.parquet')) %}
            {% set inside = file.inside %}
            {% do found.append(inside) %}
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
            ~ (found | join(', ') if found else 'no such place, or no file of either kind in it') ~ ". "
            ~ [unread.get('orders'), unread.get('events')] | select | join(' ')
        ) %}
    {% endif %}
    {% for table_name, delivery in deliveries.items() %}
        {% do describe_delivery(contract[table_name], delivery) %}
    {% endfor %}
    {{ return(deliveries) }}
{% endmacro %}

{#-
    By raw table, a sentence on its files that are not read for the end of their name. Names that
    begin with a dot or an underscore are for programs, and passed over.

    contract: the mapping of raw_contract(). files: the list of list_raw_files().
-#}
{% macro unread_files(contract, files) %}
    {% set names = {} %}
    {% for inside in files | map(attribute='inside') if not inside.endswith(('.csv', '.parquet')) %}
        {% set table_name = inside.split('/')[0].split('.')[0] | lower %}
        {% if table_name in contract %}
            {% do names.update({table_name: names.get(table_name, []) + [inside]}) %}
        {% endif %}
    {% endfor %}
    {% set sentences = {} %}
    {% for table_name, unread in names.items() %}
        {% set is_one = unread | length == 1 %}
        {% do sentences.update({table_name:
            "RAW holds " ~ unread[:3] | join(', ') ~ (" and " ~ (unread | length - 3) ~ " more of " ~ table_name if unread | length > 3 else '')
            ~ ", which " ~ ('was' if is_one else 'were') ~ " not read: files must end in .csv or .parquet (in small letters,"
            ~ " not compressed). Rename or unpack " ~ ('it' if is_one else 'them') ~ "."
        }) %}
    {% endfor %}
    {{ return(sentences) }}
{% endmacro %}

{#-
    The files in a folder and in the folders of it, in the order of their names, as a list of
    {path, inside}: the path that the engine opens, and the part of it below the folder. Files that
    are neither CSV nor Parquet are there where they, or their folder, are named like a raw table.
    What begins with `.` or `_`, or lies in such a folder, is not (half-written or of another tool).

    folder: as the variable raw names it. table_names: the list of the raw tables.
-#}
{% macro list_raw_files(folder, table_names) %}
    {% set folder = folder[:-1] if folder.endswith('/') and folder | length > 1 else folder %}
    {{ return(adapter.dispatch('list_raw_files', 'dangol')(folder, table_names)) }}
{% endmacro %}

{#-
    The names of other files are not even looked at: one that is not UTF-8, as old archives leave
    it, would stop the listing.
-#}
{% macro duckdb__list_raw_files(folder, table_names) %}
    {% set patterns = ['*.csv', '*.parquet', '*/**/*.csv', '*/**/*.parquet'] %}
    {% for table_name in table_names %}
        {% set letters = [] %}
        {% for letter in table_name %}
            {% do letters.append('[' ~ letter ~ letter | upper ~ ']') %}
        {% endfor %}
        {% set named = letters | join %}
        {% do patterns.extend([named, named ~ '.*', named ~ '/**/*', named ~ '.*/**/*']) %}
    {% endfor %}
    {% set rows = run_query(
        "select distinct file, substr(file, " ~ (folder | length + 2) ~ ") as inside from glob(['" ~ folder ~ "/"
        ~ patterns | join("', '" ~ folder ~ "/") ~ "']) where not regexp_matches(inside, '(^|/)[._]') order by file"
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
{% macro spark__list_raw_files(folder, table_names) %}
    {% do run_query(
        "create or replace temporary view dangol_raw_files using binaryFile options (path '"
        ~ folder ~ "', recursiveFileLookup 'true')"
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
