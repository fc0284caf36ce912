{#- Begins the schema `landing` anew: it holds nothing but what land_raw makes of this delivery. -#}
{% macro create_landing_schema() %}
    {% do run_query("drop schema if exists landing cascade") %}
    {% do run_query("create schema landing") %}
{% endmacro %}

{#-
    Creates `landing.deliveries`: how each raw table was delivered (see the source of that name).

    contract: the mapping of raw_contract(). deliveries: the mapping of find_deliveries().
-#}
{% macro create_landing_deliveries(contract, deliveries) %}
    {% set rows = [] %}
    {% set erased = erased_counts() %}
    {% for table_name in contract %}
        {% set delivery = deliveries.get(table_name) %}
        {% do rows.append(
            "select '" ~ table_name ~ "' as table_name, cast("
            ~ ("'" ~ delivery.format ~ "'" if delivery else 'null') ~ " as string) as file_format, "
            ~ (delivery.files | length if delivery else 0) ~ " as file_count, cast("
            ~ ("'" ~ delivery.unknown_columns | join(', ') | replace("'", '') ~ "'" if delivery and delivery.unknown_columns else 'null')
            ~ " as string) as unknown_columns, cast(" ~ erased.get(table_name, 0) ~ " as bigint) as erased_count"
        ) %}
    {% endfor %}
    {% do run_query("create or replace view " ~ landing_relation('deliveries') ~ " as " ~ rows | join(' union all ')) %}
{% endmacro %}
