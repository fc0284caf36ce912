{#-
    Turns what was delivered into one typed relation per raw table, in the schema `landing`.

    Runs before every `dbt build` and `dbt run` of something that reads what was delivered. The
    contract is read from the source `landing` (models/staging/_landing__sources.yml), so that a raw
    table is added there and nowhere else.

    Text files are parsed once, into a table. Parquet files and tables of the schema `raw` are
    read in place, through a view. A table that was not delivered is an empty one.
-#}
{% macro land_raw() %}
    {% if execute and flags.WHICH in ('build', 'run') %}
        {% do prepare_engine() %}
        {% if reads_landing() %}
            {% do check_tombstones() %}
            {% set contract = raw_contract() %}
            {% set deliveries = find_deliveries(contract) %}
            {% do check_columns(contract, deliveries) %}
            {% do create_landing_schema() %}
            {% for table_name in landing_order(contract) %}
                {% do create_landing_relation(contract[table_name], deliveries.get(table_name)) %}
            {% endfor %}
            {% do create_landing_deliveries(contract, deliveries) %}
            {% do plan_events(deliveries) %}
            {% do check_currency() %}
        {% endif %}
    {% endif %}
{% endmacro %}

{#- Whether anything that this run has selected reads the source `landing`. -#}
{% macro reads_landing() %}
    {% set readers = [] %}
    {% for unique_id in selected_resources if unique_id in graph.nodes %}
        {% for parent in graph.nodes[unique_id].depends_on.nodes if parent.startswith('source.') %}
            {% do readers.append(unique_id) %}
        {% endfor %}
    {% endfor %}
    {{ return(readers | length > 0) }}
{% endmacro %}
