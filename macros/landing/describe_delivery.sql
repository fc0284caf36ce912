{#-
    Adds to a delivery the columns that it has (see find_deliveries). Of CSV files only the header
    line is read; names are compared in lower case and without surrounding space or quotes.

    table: an entry of raw_contract().
    delivery: the mapping that find_deliveries began; `columns` and `headers` are added to it.
-#}
{% macro describe_delivery(table, delivery) %}
    {% do check_file_names(delivery) %}
    {% set columns = [] %}
    {% set headers = {} %}
    {% if delivery.format == 'csv' %}
        {% set seen = [] %}
        {% for file in delivery.files %}
            {% set header = [] %}
            {% for cell in header_cells(file) %}
                {% set name = modules.re.sub('^[\\s"]+|[\\s"]+$', '', cell) | lower %}
                {% if name in header %}
                    {% do exceptions.raise_compiler_error(
                        "The column " ~ name ~ " stands twice in the header of " ~ file.inside ~ ". Rename or remove one."
                    ) %}
                {% elif not modules.re.match('^[^\'"`;\\\\{}\\x00-\\x1f]{1,100}$', name) %}
                    {% do exceptions.raise_compiler_error(
                        "The header of " ~ file.inside ~ " has a name that is empty, longer than 100 characters, or holds"
                        ~ " quotes, braces, semicolons, backslashes or control characters: "
                        ~ (name[:100] | tojson) ~ ". The first line of a CSV file must be the names of its columns."
                    ) %}
                {% endif %}
                {% do header.append(name) %}
                {% if name not in seen %}
                    {% do seen.append(name) %}
                    {% do columns.append({'name': name, 'kind': 'text'}) %}
                {% endif %}
            {% endfor %}
            {% do headers.update({file.inside: header}) %}
        {% endfor %}
    {% else %}
        {% set kinds = parquet_kinds(delivery) %}
        {% do check_zones(table, kinds) %}
        {% do check_floats(table, delivery, kinds) %}
        {% for column in describe_typed(table.name, delivery) %}
            {% do columns.append({'name': column.name, 'kind': value_kind(column.dtype)}) %}
        {% endfor %}
        {% do check_typed_columns(table.name, columns) %}
        {% for file, kinds_of_file in kinds.items() %}
            {% do headers.update({file: kinds_of_file.keys() | list}) %}
        {% endfor %}
        {% if delivery.format == 'relation' %}
            {% do headers.update({'raw.' ~ table.name: columns | map(attribute='name') | map('lower') | list}) %}
        {% endif %}
    {% endif %}
    {% do check_own_names(table, headers) %}
    {% do delivery.update({'columns': columns, 'headers': headers}) %}
{% endmacro %}

{#-
    Refuses columns with a name that landing itself gives while it reads a table: such a column
    would take the place of what is worked out.

    table: an entry of raw_contract(). headers: mapping of file (or relation) to its column names.
-#}
{% macro check_own_names(table, headers) %}
    {% set own = [
        'source_path', 'file_row_number', '_metadata', 'parsed_row', 'file_row', 'unsplit_line', 'unsplit_because',
        'landing_malformed', 'landing_file', 'landing_file_row', 'malformed_text', 'malformed_because',
        'rejected_because', 'erased_value', 'last_day',
    ] %}
    {% for column in table.columns %}
        {% do own.extend(['text_' ~ column.name, 'typed_' ~ column.name]) %}
    {% endfor %}
    {% for file, header in headers.items() %}
        {% set taken = header | select('in', own) | list %}
        {% if taken %}
            {% do exceptions.raise_compiler_error(
                file ~ " has columns with names that are used while the raw table " ~ table.name ~ " is read: "
                ~ taken | join(', ') ~ ". Rename or remove them."
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#-
    Refuses a timestamp that has a zone in one Parquet file and none in another: as one column the
    engine would take those without for UTC, whatever the variable `source_timezone` says.

    table: an entry of raw_contract(). kinds: the mapping of parquet_kinds().
-#}
{% macro check_zones(table, kinds) %}
    {% for column in table.columns if column.type == 'timestamp' %}
        {% set found = {} %}
        {% for file, kinds_of_file in kinds.items() %}
            {% set kind = kinds_of_file.get(column.name) %}
            {% if kind in ('timestamp', 'timestamptz', 'date') %}
                {% do found.update({'with' if kind == 'timestamptz' else 'without': file}) %}
            {% endif %}
        {% endfor %}
        {% if found | length > 1 %}
            {% do exceptions.raise_compiler_error(
                "The column `" ~ column.name ~ "` holds timestamps without a time zone in " ~ found['without']
                ~ " and with one in " ~ found['with'] ~ ": read as one column, those without would be moved by hours."
                ~ " Write it with a time zone in all files of " ~ table.name ~ ", or in none."
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#-
    Refuses a text column, such as an id, that is a float in one Parquet file and text in another,
    or a whole number too great for one: as one column the same id would be written `7.0` and
    `7`, or two ids would be one.

    table, delivery: as above. kinds: the mapping of parquet_kinds().
-#}
{% macro check_floats(table, delivery, kinds) %}
    {% for column in table.columns if column.type == 'string' %}
        {% set floats = [] %}
        {% for file in delivery.files if kinds[file.inside].get(column.name) == 'float' %}
            {% do floats.append(file.inside) %}
        {% endfor %}
        {% for file in delivery.files if floats and file.inside not in floats %}
            {% set kind = kinds[file.inside].get(column.name, 'number') %}
            {% if kind != 'number' or holds_great_numbers(file, column.name, kinds[file.inside]) %}
                {% do exceptions.raise_compiler_error(
                    "The column `" ~ column.name ~ "` is a float in " ~ floats[0] ~ ", and in " ~ file.inside
                    ~ " text or a number that no float holds: read as one column, ids would be changed."
                    ~ " Write it as text in all files of " ~ table.name ~ "."
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{#-
    Whether a Parquet file has a column of numbers of which some are too great for floats to tell apart.

    file: an entry of `files` of find_deliveries. name: the column. kinds: the kinds of its columns.
-#}
{% macro holds_great_numbers(file, name, kinds) %}
    {{ return(name in kinds and run_query(
        "select count(*) from (select * from " ~ parquet_source({'files': [file]}) ~ ") as delivered where abs("
        ~ adapter.quote(name) ~ ") >= 9007199254740992"
    ).columns[0].values()[0] > 0) }}
{% endmacro %}

{#- The kind of values that a column's native type holds, as find_deliveries names them. -#}
{% macro value_kind(native_type) %}
    {% set native = native_type | lower %}
    {% if native in ('varchar', 'string', 'text') or native.startswith(('varchar(', 'char(', 'enum')) %}
        {{ return('text') }}
    {% elif native in ('timestamp with time zone', 'timestamptz') %}
        {{ return('timestamptz') }}
    {% elif native.startswith('timestamp') or native == 'datetime' %}
        {{ return(timestamp_kind(native)) }}
    {% elif native == 'date' %}
        {{ return('date') }}
    {% elif native == 'boolean' %}
        {{ return('boolean') }}
    {% elif native in ('float', 'double', 'real') %}
        {{ return('float') }}
    {% elif modules.re.match('^(u?(tiny|small|big|huge)?int(eger)?|byte|short|long|decimal)', native) %}
        {{ return('number') }}
    {% else %}
        {{ return('other') }}
    {% endif %}
{% endmacro %}

{#- Whether a timestamp without "with time zone" in its name is a moment or a wall-clock reading. -#}
{% macro timestamp_kind(native) %}
    {{ return(adapter.dispatch('timestamp_kind', 'dangol')(native)) }}
{% endmacro %}

{% macro duckdb__timestamp_kind(native) %}
    {{ return('timestamp') }}
{% endmacro %}

{#- In Spark `timestamp` is a moment; `timestamp_ntz` is a wall-clock reading. -#}
{% macro spark__timestamp_kind(native) %}
    {{ return('timestamp' if native == 'timestamp_ntz' else 'timestamptz') }}
{% endmacro %}

{#-
    Refuses a file whose name means something else in SQL, or stands for several files: nothing of
    it reaches the engine.
-#}
{% macro check_file_names(delivery) %}
    {% for file in delivery.files if not modules.re.match('^[^\'"`;\\\\*?\\[\\]{}$\\x00-\\x1f]+$', file.inside) %}
        {% do exceptions.raise_compiler_error(
            "RAW holds a file whose name has quotes, backslashes, wildcards, braces, dollar signs, semicolons or"
            ~ " control characters in it: " ~ (file.inside | tojson) ~ ". Rename it."
        ) %}
    {% endfor %}
{% endmacro %}

{#- Refuses Parquet files and relations with more columns than any table has, or with names that mean something else in SQL. -#}
{% macro check_typed_columns(table_name, columns) %}
    {% do check_column_count(table_name, columns | length) %}
    {% for column in columns if not modules.re.match('^[^\'"`;\\\\{}\\x00-\\x1f]{1,100}$', column.name) %}
        {% do exceptions.raise_compiler_error(
            "The raw table " ~ table_name ~ " has a column whose name is empty, longer than 100 characters, or holds"
            ~ " quotes or control characters: " ~ (column.name[:100] | tojson) ~ ". Rename it."
        ) %}
    {% endfor %}
{% endmacro %}

{#- Refuses what cannot be a raw table: the longest has 21 columns. place: the file or table. count: its columns. -#}
{% macro check_column_count(place, count) %}
    {% if count > 1000 %}
        {% do exceptions.raise_compiler_error(
            place ~ " has " ~ count ~ " columns; at most 1000 are read. Leave out what the raw contract doesn't know."
        ) %}
    {% endif %}
{% endmacro %}

{#- The cells of a CSV file's header, as they stand. file: an entry of `files` of find_deliveries. -#}
{% macro header_cells(file) %}
    {% set line = first_line(file.path) %}
    {% if '\ufffd' in line or '\x00' in line %}
        {% do refuse_header_encoding(file.inside) %}
    {% endif %}
    {% set line = line.replace('\ufeff', '') %}
    {% if not line | trim %}
        {% do exceptions.raise_compiler_error(
            file.inside ~ " is empty, or begins with an empty line. Its first line must be the names of its columns,"
            ~ " also when it has no rows."
        ) %}
    {% endif %}
    {% if ',' not in line %}
        {% for separator, said in {';': "';'", '\t': 'tabs', '|': "'|'"}.items() if separator in line %}
            {% do exceptions.raise_compiler_error(
                file.inside ~ " separates its columns with " ~ said ~ "; a CSV file of RAW has commas. Save it with commas."
            ) %}
        {% endfor %}
    {% endif %}
    {% set cells = modules.re.findall('(?:^|,)(\\s*"(?:[^"]|"")*"\\s*(?=,|$)|[^,]*)', line) %}
    {% for cell in cells if (cell | trim).startswith('"') and cell.count('"') % 2 %}
        {% do exceptions.raise_compiler_error(
            "The header of " ~ file.inside ~ " has a quote that is not closed in its line: " ~ (cell[:100] | tojson)
            ~ ". Close it, and write each name of a column without a line break."
        ) %}
    {% endfor %}
    {% do check_column_count(file.inside, cells | length) %}
    {{ return(cells) }}
{% endmacro %}

{#- Stops at a CSV file whose header is not UTF-8. file: its name below RAW. -#}
{% macro refuse_header_encoding(file) %}
    {% do exceptions.raise_compiler_error(
        "The header of " ~ file ~ " is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8)."
    ) %}
{% endmacro %}

{#- The first line of a text file; '' for an empty file. On DuckDB lines that are not UTF-8 are left out. -#}
{% macro first_line(path) %}
    {% set lines = adapter.dispatch('first_lines', 'dangol')(path) %}
    {{ return((lines[0] or '') if lines else '') }}
{% endmacro %}

{#- Only where order is kept is the first row that is read the first line of the file. -#}
{% macro duckdb__first_lines(path) %}
    {% set lines = run_query(
        "set preserve_insertion_order = true; select line from " ~ duckdb_lines(path) ~ ", ignore_errors = true) limit 1"
    ) %}
    {% do run_query("set preserve_insertion_order = false") %}
    {{ return(lines.columns[0].values()) }}
{% endmacro %}

{% macro spark__first_lines(path) %}
    {{ return(run_query("select value from text.`" ~ path ~ "` limit 1").columns[0].values()) }}
{% endmacro %}

{#- A call of read_csv, still open for more options, that takes each line of a text file as one value. -#}
{% macro duckdb_lines(path) -%}
    read_csv(
        '{{ path }}',
        columns = {'line': 'varchar'}, header = false, auto_detect = false, strict_mode = false,
        delim = '\x1f', quote = '', escape = '', hive_partitioning = false
{%- endmacro %}

{#-
    Whether the header of a CSV file was left out since it is not UTF-8, so that a later line passed
    for it. Reads the whole file: asked only when required columns are missing.
-#}
{% macro is_header_left_out(path) %}
    {{ return(adapter.dispatch('is_header_left_out', 'dangol')(path)) }}
{% endmacro %}

{% macro duckdb__is_header_left_out(path) %}
    {% do run_query("drop table if exists landing_header_rejects; drop table if exists landing_header_files") %}
    {% do run_query(
        "select count(*) from " ~ duckdb_lines(path)
        ~ ", store_rejects = true, rejects_table = 'landing_header_rejects', rejects_scan = 'landing_header_files')"
    ) %}
    {{ return(run_query("select count(*) from landing_header_rejects where line = 1").columns[0].values()[0] > 0) }}
{% endmacro %}

{#- Spark leaves no line out: it puts U+FFFD in the place of what is not UTF-8. -#}
{% macro spark__is_header_left_out(path) %}
    {{ return(false) }}
{% endmacro %}

{#- The columns of Parquet files (merged over all of them) or of a relation of the schema `raw`. -#}
{% macro describe_typed(table_name, delivery) %}
    {% set source = 'raw.' ~ table_name if delivery.format == 'relation' else parquet_source(delivery) %}
    {% set columns = [] %}
    {#- the adapter's own get_columns_in_relation would open a transaction that dbt then rolls back -#}
    {% for row in run_query("describe select * from " ~ source).rows %}
        {% do columns.append(api.Column(row[0], row[1])) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#-
    What to select from to read a delivery's Parquet files as one relation. A folder named
    `status=paid` is a folder: what it says takes the place of no column. Text that older writers left
    unmarked is text.
-#}
{% macro parquet_source(delivery) %}
    {{ return(adapter.dispatch('parquet_source', 'dangol')(delivery)) }}
{% endmacro %}

{% macro duckdb__parquet_source(delivery) %}
    {{ return("read_parquet(['" ~ delivery.files | map(attribute='path') | join("', '")
        ~ "'], union_by_name = true, hive_partitioning = false, binary_as_string = true)") }}
{% endmacro %}

{#-
    Spark is given one path: the file, or all that begins with the table's name in RAW (a folder, or
    folders and a file), with the folders in it.
-#}
{% macro spark__parquet_source(delivery) %}
    {% set file = delivery.files[0] %}
    {% set path = file.path %}
    {% if delivery.files | length > 1 %}
        {% set places = [] %}
        {% for inside in delivery.files | map(attribute='inside') if inside.split('/')[0] not in places %}
            {% do places.append(inside.split('/')[0]) %}
        {% endfor %}
        {% set path = file.path[:-(file.inside | length)] ~ '{' ~ places | join(',') ~ '}' %}
    {% endif %}
    {{ return("parquet.`" ~ path
        ~ "` with (`recursiveFileLookup` = 'true', `pathGlobFilter` = '*.parquet', `mergeSchema` = 'true')") }}
{% endmacro %}

{#-
    The columns of each Parquet file, as a mapping of file to a mapping of name to kind (see
    find_deliveries). Of files with the same columns one is described.
-#}
{% macro parquet_kinds(delivery) %}
    {% set shapes = parquet_shapes(delivery) if delivery.files else {} %}
    {% set kinds_of_shapes = {} %}
    {% set kinds = {} %}
    {% for file in delivery.files %}
        {% set shape = shapes[file.path] %}
        {% if shape not in kinds_of_shapes %}
            {% set kinds_of_file = {} %}
            {% for row in run_query("describe select * from " ~ parquet_source({'files': [file]})).rows %}
                {% do kinds_of_file.update({row[0] | lower: value_kind(row[1])}) %}
            {% endfor %}
            {% do kinds_of_shapes.update({shape: kinds_of_file}) %}
        {% endif %}
        {% do kinds.update({file.inside: kinds_of_shapes[shape]}) %}
    {% endfor %}
    {{ return(kinds) }}
{% endmacro %}

{#-
    What Parquet files have the same columns, as a mapping of path to a text that only those share.
    A year of days would else be as many questions, each of which takes longer to ask than to answer.
-#}
{% macro parquet_shapes(delivery) %}
    {{ return(adapter.dispatch('parquet_shapes', 'dangol')(delivery)) }}
{% endmacro %}

{% macro duckdb__parquet_shapes(delivery) %}
    {% set shapes = {} %}
    {% set described = run_query(
        "select file_name, cast(list((name, type, type_length, repetition_type, num_children, converted_type, scale,"
        ~ " precision, logical_type, duckdb_type) order by column_id) as varchar) from parquet_schema(['"
        ~ delivery.files | map(attribute='path') | join("', '") ~ "']) group by file_name"
    ) %}
    {% for row in described.rows %}
        {% do shapes.update({row[0]: row[1]}) %}
    {% endfor %}
    {{ return(shapes) }}
{% endmacro %}

{#- Spark has no function that reads the columns of many files apart: each is asked. -#}
{% macro spark__parquet_shapes(delivery) %}
    {% set shapes = {} %}
    {% for file in delivery.files %}
        {% do shapes.update({file.path: file.path}) %}
    {% endfor %}
    {{ return(shapes) }}
{% endmacro %}
