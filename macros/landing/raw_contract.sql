{#-
    The raw contract, as a mapping of table name to
        name, key (list of columns), newest_by (column or none),
        columns: list of {name, type, is_required, accepted (list, may be empty), minimum (number
            or none), minimum_unless (mapping of column to the value with which less may be)}.
    Read from the source `landing`; the columns that the landing itself adds are left out.
    Empty while dbt parses, since the source can't be read then.
-#}
{% macro raw_contract() %}
    {% set contract = {} %}
    {% for source in (graph.sources.values() if execute else []) | selectattr('source_name', 'equalto', 'landing') | sort(attribute='name') %}
        {% if not source.config.meta.get('is_bookkeeping') %}
            {% set columns = [] %}
            {% for column in source.columns.values() if not column.config.meta.get('landing') %}
                {% do columns.append({
                    'name': column.name,
                    'type': column.data_type,
                    'is_required': column.config.meta.get('required', false),
                    'accepted': column.config.meta.get('values', []),
                    'minimum': column.config.meta.get('minimum'),
                    'minimum_unless': column.config.meta.get('minimum_unless', {}),
                }) %}
            {% endfor %}
            {% do contract.update({source.name: {
                'name': source.name,
                'key': source.config.meta.key,
                'newest_by': source.config.meta.get('newest_by'),
                'columns': columns,
            }}) %}
        {% endif %}
    {% endfor %}
    {{ return(contract) }}
{% endmacro %}
