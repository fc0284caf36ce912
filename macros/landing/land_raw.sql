{#-
    Turns what was delivered into one typed relation per raw table, in the schema `landing`.

    Runs before every `dbt build` and `dbt run`. The contract is read from the source `landing`
    (models/staging/_landing__sources.yml), so that a raw table is added there and nowhere else.

    Text files are parsed once, into a table. Parquet files and tables of the schema `raw` are
    read in place, through a view. A table that was not delivered is an empty one.
-#}
{% macro land_raw() %}
    {% if execute and flags.WHICH in ('build', 'run') %}
        {% do check_vars() %}
        {% do prepare_engine() %}
        {% set contract = raw_contract() %}
        {% set deliveries = find_deliveries(contract) %}
        {% do check_columns(contract, deliveries) %}
        {% do create_landing_schema() %}
        {% for table_name, table in contract.items() %}
            {% do create_landing_relation(table, deliveries.get(table_name)) %}
        {% endfor %}
        {% do create_landing_deliveries(contract, deliveries) %}
        {% do check_currency() %}
    {% endif %}
{% endmacro %}
