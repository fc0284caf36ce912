{#-
    Replaces dbt-spark's own, which writes each value between quotes as it stands: an apostrophe
    breaks the statement, and what is missing becomes the text `None`.

    model: the seed. agate_table: its rows.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model['config'].get('column_types', {}) %}
    {% set statements = [] %}
    {% for chunk in agate_table.rows | batch(get_batch_size()) %}
        {% set statement %}
            insert into {{ this.render() }} values
            {%- for row in chunk %}
            (
                {%- for name in agate_table.column_names -%}
                cast({{ text_literal(row[name]) }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }})
                {{- ', ' if not loop.last }}
                {%- endfor -%}
            ){{ ',' if not loop.last }}
            {%- endfor %}
        {% endset %}
        {% do adapter.add_query(statement, abridge_sql_log=True) %}
        {% do statements.append(statement) %}
    {% endfor %}
    {{ return(statements[0]) }}
{% endmacro %}

{#-
    Replaces dbt-duckdb's own, which guesses how dates are written from the rows that it meets: days
    are read as YYYY-MM-DD, and another one stops the build with its line and column.

    model: the seed. agate_table: its rows, not used: DuckDB reads the file.
-#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {% set statement %}
        copy {{ this.render() }} from '{{ adapter.get_seed_file_path(model) }}'
        (format csv, header true, delimiter ',', dateformat '%Y-%m-%d')
    {% endset %}
    {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {{ return(statement) }}
{% endmacro %}
