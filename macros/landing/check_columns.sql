{#-
    Stops when a required column is missing from a file, and warns of columns that the contract
    doesn't know.

    contract: the mapping of raw_contract(). deliveries: the mapping of find_deliveries().
-#}
{% macro check_columns(contract, deliveries) %}
    {% for table_name, delivery in deliveries.items() %}
        {% set known = contract[table_name].columns | map(attribute='name') | list %}
        {% set required = contract[table_name].columns | selectattr('is_required') | map(attribute='name') | list %}
        {% for file, header in delivery.headers.items() %}
            {% for name in required if name not in header %}
                {% for delivered in delivery.files if delivery.format == 'csv' and delivered.inside == file %}
                    {% if is_header_left_out(delivered.path) %}
                        {% do refuse_header_encoding(file) %}
                    {% endif %}
                {% endfor %}
                {% do exceptions.raise_compiler_error(
                    file ~ " has no column `" ~ name ~ "`, which the raw table " ~ table_name ~ " must have. Found: "
                    ~ header | join(', ') ~ ". The nearest name is `" ~ nearest_name(name, header)
                    ~ "`: rename it if that is what it means."
                ) %}
            {% endfor %}
        {% endfor %}
        {% set unknown = delivery.columns | map(attribute='name') | map('lower') | reject('in', known) | list %}
        {% do delivery.update({'unknown_columns': unknown}) %}
        {% if unknown %}
            {% do exceptions.warn(
                "The raw table " ~ table_name ~ " has columns that the contract doesn't know; they were not read: "
                ~ unknown | join(', ') ~ "."
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- Of several names the one with the fewest letters to change; ties: the first in the alphabet. -#}
{% macro nearest_name(name, candidates) %}
    {% set distances = [] %}
    {% for candidate in candidates %}
        {% do distances.append("select levenshtein('" ~ unquoted(name) ~ "', '" ~ unquoted(candidate)
            ~ "') as distance, '" ~ unquoted(candidate) ~ "' as candidate") %}
    {% endfor %}
    {{ return(run_query(distances | join(' union all ') ~ ' order by distance, candidate limit 1').columns[1].values()[0]) }}
{% endmacro %}

{#-
    Stops when the orders are in several currencies and the variable `reporting_currency` doesn't
    say which one the marts are in. A row without a currency is in the reporting one.
-#}
{% macro check_currency() %}
    {% if not var('reporting_currency') %}
        {% set rows = run_query(
            "select " ~ upper_case('currency') ~ " as currency, count(*) as row_count from " ~ landing_relation('orders')
            ~ " where _rejected_because is null and currency is not null group by 1 order by 2 desc, 1"
        ).rows %}
        {% if rows | length > 1 %}
            {% set counts = [] %}
            {% for row in rows %}
                {% do counts.append(row[0] ~ " (" ~ row[1] ~ " rows)") %}
            {% endfor %}
            {% do exceptions.raise_compiler_error(
                "The orders are in several currencies: " ~ counts | join(', ') ~ ". Say which one the marts are in with CURRENCY="
                ~ rows[0][0] ~ " (or the variable reporting_currency), and give the rates of the others in seeds/exchange_rates.csv."
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{#- A name without what could end a text in SQL. -#}
{% macro unquoted(name) %}
    {{- return(modules.re.sub("['\\\\]", '', name)) -}}
{% endmacro %}
