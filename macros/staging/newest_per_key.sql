{#-
    The accepted rows of a landing relation, one per key: where a key was delivered more than once,
    the newest, then the last in a total order over all columns, so that reruns agree.
    `duplicate_count` says how many other deliveries of the key it replaced.
    With the variable `as_of` set, a delivery from after that day yields to one from before it.

    relation: source('landing', <raw table>).
    key: list of the columns that identify a row, as in the source's meta.
    newest_by: column that says which delivery is newer; none where no column does.
-#}
{% macro newest_per_key(relation, key, newest_by=none) %}
    {%- set landed = api.Relation.create(
        database=(target.database if target.type == 'duckdb' else none),
        schema='landing', identifier=relation.identifier | replace('__dbt__cte__', '') | replace('landing__', '')
    ) -%}
    {%- set names = (adapter.get_columns_in_relation(landed) if execute else [])
        | map(attribute='name') | reject('in', ['_file', '_file_row', '_rejected_because', '_unreadable_count', '_row_text']) | list -%}
    select
        {%- for name in names %}
        {{ name }},
        {%- endfor %}
        cast(copy_count - 1 as int) as duplicate_count
    from (
        select
            *,
            count(*) over (partition by {{ key | join(', ') }}) as copy_count,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by
                    {%- if newest_by and var('as_of') %}
                    case when {{ newest_by }} >= {{ day_begins_at(add_days("date '" ~ var('as_of') ~ "'", 1)) }} then 1 else 0 end,
                    {%- endif %}
                    {%- if newest_by %}
                    {{ newest_by }} desc nulls last,
                    {%- endif %}
                    {%- for name in names | reject('in', key) %}
                    {{ name }} desc nulls last,
                    {%- endfor %}
                    {{ key[0] }}
            ) as copy_number
        from {{ relation }}
        where _rejected_because is null
    ) as copies
    where copy_number = 1
{% endmacro %}
