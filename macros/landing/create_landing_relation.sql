{#-
    Creates `landing.<table>`: the contract's columns, typed, and five of its own (_file,
    _file_row, _rejected_because, _unreadable_count, _row_text), one row per delivered row.

    table: an entry of raw_contract(). delivery: its entry of find_deliveries(), or none.
-#}
{% macro create_landing_relation(table, delivery) %}
    {% if delivery is none or delivery is undefined %}
        {% do run_query(
            "create or replace view " ~ landing_relation(table.name) ~ " as " ~ empty_landing_query(table)
        ) %}
    {% elif delivery.format == 'relation' %}
        {% set source, file = 'raw.' ~ table.name, 'cast(null as string)' %}
        {% do run_query(
            find_erased(table, delivery, source, [file, 'null'])
            ~ "create or replace view " ~ landing_relation(table.name) ~ " as "
            ~ landing_query(table, delivery, source, file, 'null')
        ) %}
    {% elif delivery.format == 'parquet' %}
        {{ adapter.dispatch('create_landing_from_parquet', 'dangol')(table, delivery) }}
    {% else %}
        {{ adapter.dispatch('create_landing_from_csv', 'dangol')(table, delivery) }}
    {% endif %}
{% endmacro %}

{#- The name of a relation in the schema `landing`. -#}
{% macro landing_relation(name) %}
    {{- return("landing." ~ name) -}}
{% endmacro %}

{#- A select with the columns of a landing relation and no row. table: an entry of raw_contract(). -#}
{% macro empty_landing_query(table) %}
    {%- set columns = {} -%}
    {%- for column in table.columns -%}
        {%- do columns.update({column.name: 'string' if column.type == 'json' else column.type}) -%}
    {%- endfor -%}
    {%- do columns.update({
        '_file': 'string', '_file_row': 'bigint', '_rejected_because': 'string', '_unreadable_count': 'int',
        '_row_text': 'string',
    }) -%}
    {{ no_rows(columns) }}
{% endmacro %}

{#-
    The select that types a delivery.

    table, delivery: as above.
    source: what to select from; it holds the delivered columns.
    file, file_row: SQL of the row's file (relative to RAW) and of its record number in it.
    malformed: SQL of the text of a line that could not be split into columns, else 'null'.
    malformed_because: SQL of what is wrong with such a line.
    rows: 'kept', or 'erased' for the rows of erased people, which do not land.
-#}
{% macro landing_query(
    table, delivery, source, file, file_row, malformed='null',
    malformed_because="'the line does not have the columns of the header'", rows='kept'
) %}
    {%- set kinds = {} -%}
    {%- for column in delivery.columns -%}
        {%- do kinds.update({column.name | lower: {'kind': column.kind, 'name': adapter.quote(column.name)}}) -%}
    {%- endfor -%}
    with cleaned as (

        select
            delivered.*,
            {%- for column in table.columns if column.name in kinds %}
            {%- set stored = kinds[column.name] %}
            {{ cleaned_text('delivered.' ~ stored.name, stored.kind) }} as text_{{ column.name }},
            {%- endfor %}
            {{ file }} as landing_file,
            cast({{ file_row }} as bigint) as landing_file_row,
            cast({{ malformed }} as string) as malformed_text,
            {{ malformed_because }} as malformed_because
        from {{ source }} as delivered

    ),

    typed as (

        select
            cleaned.*
            {%- for column in table.columns %}
            {%- set stored = kinds.get(column.name) %}
            {%- if stored %},
            {{ typed_column(column, 'cleaned.' ~ stored.name, 'text_' ~ column.name, stored.kind) }} as typed_{{ column.name }}
            {%- else %},
            cast(null as {{ 'string' if column.type == 'json' else column.type }}) as typed_{{ column.name }}
            {%- endif %}
            {%- endfor %}
        from cleaned

    ),

    checked as (

        select
            *,
            case
                when malformed_text is not null then malformed_because
                {%- for column in table.columns if column.is_required %}
                {%- set stored = kinds[column.name] %}
                when typed_{{ column.name }} is null
                    and {{ 'text_' ~ column.name if stored.kind in ('text', 'other') else stored.name }} is null
                    then '{{ column.name }} is missing'
                when typed_{{ column.name }} is null then '{{ column.name }} is not {{ readable_as(column) | replace("'", "''") }}'
                {%- endfor %}
                {%- for column in table.columns if column.minimum is not none and column.name in kinds %}
                when typed_{{ column.name }} < {{ column.minimum }}
                    {%- for other, value in column.minimum_unless.items() %} and typed_{{ other }} <> '{{ value }}'{% endfor %}
                    then '{{ column.name }} is less than {{ column.minimum }}
                    {%- for other, value in column.minimum_unless.items() %}, and {{ other }} is not {{ value }}{% endfor %}'
                {%- endfor %}
            end as rejected_because
        from typed

    )

    select
        {%- for column in table.columns %}
        typed_{{ column.name }} as {{ column.name }},
        {%- endfor %}
        landing_file as _file,
        landing_file_row as _file_row,
        rejected_because as _rejected_because,
        cast(
            0
            {%- for column in table.columns if not column.is_required and column.name in kinds %}
            {%- set stored = kinds[column.name] %}
            {%- if stored.kind == 'text' and (column.type != 'string' or column.accepted)
                or stored.kind != 'text' and column.type != 'string' and not is_always_readable(column.type, stored.kind) %}
            + case when typed_{{ column.name }} is null and {{ 'text_' ~ column.name if stored.kind in ('text', 'other') else stored.name }} is not null then 1 else 0 end
            {%- endif %}
            {%- endfor %}
            as int
        ) as _unreadable_count,
        case when rejected_because is not null then coalesce(
            malformed_text, {{ row_as_json(delivery.columns) }}
        ) end as _row_text
    from {{ rows_after_erasure(table, delivery, rows) }}
{% endmacro %}

{#- Whether values stored as `kind` can always be read as the contract's type. -#}
{% macro is_always_readable(type, kind) %}
    {{ return(kind == 'boolean' and type == 'boolean') }}
{% endmacro %}

{#- What a value of the column must be, in words. -#}
{% macro readable_as(column) %}
    {%- if column.accepted -%} one of {{ column.accepted | join(', ') }}
    {%- elif column.type == 'timestamp' -%} a timestamp (ISO 8601, years 1900 to 2199)
    {%- elif column.type == 'date' -%} a date (YYYY-MM-DD, years 1900 to 2199)
    {%- elif column.type == 'boolean' -%} true or false
    {%- elif column.type in ('int', 'bigint') -%} a whole number
    {%- elif column.type.startswith('decimal') -%} a number that fits {{ column.type }}
    {%- else -%} text
    {%- endif -%}
{% endmacro %}

{% macro duckdb__create_landing_from_parquet(table, delivery) %}
    {% set source = parquet_source(delivery)[:-1] ~ ", filename = 'source_path', file_row_number = true)" %}
    {% set root_length = delivery.files[0].path | length - delivery.files[0].inside | length %}
    {% set file = "substr(source_path, " ~ (root_length + 1) ~ ")" %}
    {% do run_query(
        find_erased(table, delivery, source, [file, 'file_row_number + 1'])
        ~ "create or replace view " ~ landing_relation(table.name) ~ " as "
        ~ landing_query(table, delivery, source, file, "file_row_number + 1")
    ) %}
{% endmacro %}

{% macro spark__create_landing_from_parquet(table, delivery) %}
    {% set source -%}
        (select *, _metadata.file_path as source_path, _metadata.row_index as file_row_number from {{ parquet_source(delivery) }})
    {%- endset %}
    {% set file = delivery.files[0] %}
    {% set root = file.path[:-(file.inside | length)] %}
    {#- Spark gives the path as a URL, in which a space is %20; a plus is itself -#}
    {% set path = "regexp_replace(url_decode(replace(source_path, '+', '%2B')), '^file:/+', '/')" %}
    {% do run_query(
        "create or replace view " ~ landing_relation(table.name) ~ " as "
        ~ landing_query(table, delivery, source, "substr(" ~ path ~ ", " ~ (root | length + 1) ~ ")", "file_row_number + 1")
    ) %}
{% endmacro %}

{#-
    Every file is parsed once, all columns as text. Lines that can't be split into the header's
    columns land in a rejects table; a record's number counts them too, and the header not. A quote
    that is never closed stops the build: the lines after it, thousands perhaps, would be one value.
-#}
{% macro duckdb__create_landing_from_csv(table, delivery) %}
    {% set root_length = delivery.files[0].path | length - delivery.files[0].inside | length %}
    {% set described = [
        "substr(source_path, " ~ (root_length + 1) ~ ")", 'file_row', 'delivered.unsplit_line', 'delivered.unsplit_because',
    ] %}
    {% set query %}
        drop table if exists landing_rejects;
        drop table if exists landing_rejects_files;

        -- rows are numbered in the order of reading
        set preserve_insertion_order = true;
        create or replace temporary table landing_delivered as
        {%- for file in delivery.files %}
        select *, row_number() over () as parsed_row
        from read_csv(
            '{{ file.path }}',
            columns = { {%- for name in delivery.headers[file.inside] %}'{{ name }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
            header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', filename = 'source_path',
            hive_partitioning = false,
            store_rejects = true, rejects_table = 'landing_rejects', rejects_scan = 'landing_rejects_files', rejects_limit = 0
        )
        {{ 'union all by name' if not loop.last }}
        {%- endfor %};
        set preserve_insertion_order = false;

        create or replace temporary table landing_malformed as
        select
            files.file_path as source_path,
            rejects.line - 1 as file_row,
            min(rejects.csv_line) as unsplit_line,
            min(case rejects.error_type
                when 'INVALID ENCODING' then 'the line is not UTF-8'
                when 'LINE SIZE OVER MAXIMUM' then 'the line is longer than 2,000,000 bytes'
                when 'UNQUOTED VALUE' then 'a quote is not closed, or stands inside a value'
                else 'the line does not have the columns of the header'
            end) as unsplit_because,
            bool_or(
                (rejects.error_type = 'UNQUOTED VALUE' or length(rejects.csv_line) >= 10000)
                and (
                    contains(trim(rejects.csv_line, chr(10) || chr(13)), chr(10))
                    or contains(trim(rejects.csv_line, chr(10) || chr(13)), chr(13))
                )
            ) as is_swallowed,
            row_number() over (partition by files.file_path order by rejects.line) as malformed_count
        from landing_rejects as rejects
        inner join landing_rejects_files as files
            on rejects.scan_id = files.scan_id and rejects.file_id = files.file_id
        group by files.file_path, rejects.line
    {% endset %}
    {% do run_query(query) %}
    {% for row in run_query(
        "select substr(source_path, " ~ (root_length + 1) ~ "), file_row + 1 from landing_malformed"
        ~ " where is_swallowed order by source_path, file_row limit 1"
    ).rows %}
        {% do exceptions.raise_compiler_error(
            row[0] ~ " has a quote in line " ~ row[1] ~ " that is not closed in its place, so that the lines after it"
            ~ " cannot be told apart (or a value of more than 2,000,000 bytes over several lines). Close the quote, and"
            ~ " write one that belongs to a value twice."
        ) %}
    {% endfor %}
    {% set query %}
        create or replace temporary table landing_numbered as
        select
            delivered.*,
            delivered.parsed_row + coalesce(malformed.malformed_count, 0) as file_row,
            cast(null as varchar) as unsplit_line,
            cast(null as varchar) as unsplit_because
        from landing_delivered as delivered
        asof left join (
            -- lines that follow one another come before the same row
            select source_path, file_row - malformed_count + 1 as next_parsed_row, max(malformed_count) as malformed_count
            from landing_malformed
            group by source_path, next_parsed_row
        ) as malformed
            on delivered.source_path = malformed.source_path
            and delivered.parsed_row >= malformed.next_parsed_row
        union all by name
        select
            source_path, file_row, trim(unsplit_line, chr(10) || chr(13)) as unsplit_line, unsplit_because
        from landing_malformed;

        {{ find_erased(table, delivery, 'landing_numbered', described) }}

        create or replace table {{ landing_relation(table.name) }} as
        {{ landing_query(table, delivery, 'landing_numbered', *described) }}
    {% endset %}
    {% do run_query(query) %}
{% endmacro %}

{#-
    Every file is parsed once, all columns as text, and written as Parquet. A file is never split
    (multiLine), so that numbering its rows as they are read gives the record number. Spark puts
    U+FFFD in the place of what is not UTF-8, so a line that holds it is rejected as DuckDB does.
-#}
{% macro spark__create_landing_from_csv(table, delivery) %}
    {% set parts = [] %}
    {% for file in delivery.files %}
        {% set header = delivery.headers[file.inside] %}
        {% set view = 'landing_' ~ table.name ~ '_' ~ loop.index %}
        {% set schema, cells = [], [] %}
        {% for name in header %}
            {% do schema.append('`' ~ name ~ '` string') %}
            {% do cells.append('coalesce(`' ~ name ~ "`, '')") %}
        {% endfor %}
        {% do run_query(
            "create or replace temporary view " ~ view ~ " (" ~ schema | join(', ') ~ ", landing_malformed string)"
            ~ " using csv options (path '" ~ file.path ~ "', header 'true', multiLine 'true', quote '\"', escape '\"',"
            ~ " mode 'PERMISSIVE', enforceSchema 'true', columnNameOfCorruptRecord 'landing_malformed')"
        ) %}
        {% set part -%}
            select
                {%- for column in delivery.columns %}
                {{ 'case when unsplit_line is null then `' ~ column.name ~ '` end' if column.name in header else 'cast(null as string)' }} as `{{ column.name }}`,
                {%- endfor %}
                '{{ file.inside }}' as source_path,
                row_number() over (order by monotonically_increasing_id()) as file_row,
                translate(unsplit_line, '{{ '\ufffd' }}', '?') as unsplit_line,
                case when landing_malformed is null then 'the line is not UTF-8'
                    else 'the line does not have the columns of the header' end as unsplit_because
            from (
                select
                    *,
                    case when landing_malformed is not null then landing_malformed
                        when contains(concat_ws('', {{ cells | join(', ') }}), '{{ '\ufffd' }}')
                            then concat_ws(',', {{ cells | join(', ') }}) end as unsplit_line
                from {{ view }}
                where coalesce({{ fail_with(unclosed_quote(file, header)) }}, true)
            )
        {%- endset %}
        {% do parts.append(part) %}
    {% endfor %}
    {% do run_query("create or replace temporary view landing_delivered as " ~ parts | join(' union all ')) %}
    {% do run_query(
        "create table " ~ landing_relation(table.name) ~ " using parquet as "
        ~ landing_query(table, delivery, 'landing_delivered', 'source_path', 'file_row', 'delivered.unsplit_line',
            'delivered.unsplit_because')
    ) %}
{% endmacro %}

{#-
    SQL of what is wrong with a row of a CSV file on Spark in which a quote is not closed, null for
    other rows. Such a quote makes one row of several lines: one without the columns of the header and
    with an odd number of quotes, or one with a value that begins with the quote and has an odd number,
    as Spark keeps what it cannot unquote, or one with a value that goes on to the end of the file.

    file: an entry of `files` of find_deliveries. header: its columns.
-#}
{% macro unclosed_quote(file, header) -%}
    {%- set last_line = (run_query(
        "select max_by(value, place) from (select value, monotonically_increasing_id() as place from text.`" ~ file.path
        ~ "` where trim(value) <> '')"
    ).columns[0].values()[0] or '') | trim -%}
    {%- set tests = ["landing_malformed rlike '[\n\r][^\n\r]' and " ~ has_odd_quotes('landing_malformed')] -%}
    {%- for name in header -%}
        {%- set value = '`' ~ name ~ '`' -%}
        {%- do tests.append(value ~ " rlike '^\"[^\n\r]*[\n\r]' and " ~ has_odd_quotes(value)) -%}
        {%- if last_line and not last_line.endswith('"') -%}
            {%- do tests.append(
                value ~ " rlike '[\n\r][^\n\r]' and endswith(trim(trailing ' \n\r' from " ~ value ~ "), "
                ~ text_literal(last_line) ~ ")"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    case when ({{ tests | join(') or (') }}) then
        {{ text_literal(file.inside ~ ' has a quote that is not closed in its place, in the row that begins with ') }}
        || substr(translate(coalesce(landing_malformed, concat_ws(',', `{{ header | join('`, `') }}`)), '{{ '\n\r' }}', '  '), 1, 60)
        || ', so that the lines after it cannot be told apart. Close the quote, and write one that belongs to a value twice.'
    end
{%- endmacro %}

{#- Whether a text has an odd number of quotes. text: SQL of it. -#}
{% macro has_odd_quotes(text) -%}
    length(regexp_replace({{ text }}, '[^"]', '')) % 2 = 1
{%- endmacro %}
