{#-
    The accepted rows of a landing relation, one per key: where a key was delivered more than once,
    the newest, then the last in a total order over all columns, so that reruns agree.
    `duplicate_count` says how many other deliveries of the key it replaced.
    With the variable `as_of` set, a delivery from after that day yields to one from before it.
    Where deliveries of one key may contradict each other, as a yes and a no, `kind` and
    `strictest_first` say which holds: the newest of each kind is taken, then the strictest of these.

    relation: source('landing', <raw table>).
    key: list of the columns that identify a row, as in the source's meta.
    newest_by: column that says which delivery is newer; none where no column does.
    kind: column whose values contradict each other; none where the newest delivery says all.
    strictest_first: list of SQL orderings by columns of `landed`: they decide between the kinds, or
        without a kind between deliveries that are equally new.
-#}
{% macro newest_per_key(relation, key, newest_by=none, kind=none, strictest_first=[]) %}
    {%- set landed = api.Relation.create(
        database=(target.database if target.type == 'duckdb' else none),
        schema='landing', identifier=relation.identifier | replace('__dbt__cte__', '') | replace('landing__', '')
    ) -%}
    {%- set prefixed_key = 'landed.' ~ key | join(', landed.') -%}
    {%- set matches = [] -%}
    {%- for column in key -%}
        {%- do matches.append('landed.' ~ column ~ ' is not distinct from repeated_keys.' ~ column) -%}
    {%- endfor -%}
    {%- set same_key = matches | join(' and ') -%}
    {%- set names = (adapter.get_columns_in_relation(landed) if execute else [])
        | map(attribute='name') | reject('in', ['_file', '_file_row', '_rejected_because', '_unreadable_count', '_row_text']) | list -%}
    {#-
        Nearly every key is delivered once: only the others are sorted. Keys of rejected rows among
        them do no harm, and without asking for these the keys alone are read.
    -#}
    with repeated_keys as (

        select
            {%- for column in key %}
            {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        where {{ key[0] }} is not null
        group by {{ key | join(', ') }}
        having count(*) > 1

    ),

    ranked as (

        select
            landed.*,
            count(*) over (partition by {{ prefixed_key }}) as copy_count,
            row_number() over (
                partition by {{ prefixed_key }}{{ ', landed.' ~ kind if kind }}
                order by
                    {%- if newest_by and var('as_of') %}
                    case when landed.{{ newest_by }} >= {{ day_begins_at(add_days("date '" ~ var('as_of') ~ "'", 1)) }} then 1 else 0 end,
                    {%- endif %}
                    {%- if newest_by %}
                    landed.{{ newest_by }} desc nulls last,
                    {%- endif %}
                    {%- for ordering in strictest_first %}
                    {{ ordering }},
                    {%- endfor %}
                    {%- for name in names | reject('in', key) %}
                    landed.{{ name }} desc nulls last,
                    {%- endfor %}
                    landed.{{ key[0] }}
            ) as {{ 'number_of_kind' if kind else 'copy_number' }}
        from {{ relation }} as landed
        inner join repeated_keys on {{ same_key }}
        where landed._rejected_because is null

    )

    {%- if kind %},

    strictest as (

        select
            landed.*,
            row_number() over (
                partition by {{ prefixed_key }}
                order by
                    {%- for ordering in strictest_first %}
                    {{ ordering }},
                    {%- endfor %}
                    landed.{{ kind }} desc nulls last
            ) as copy_number
        from ranked as landed
        where landed.number_of_kind = 1

    )
    {%- endif %}

    select
        {%- for name in names %}
        landed.{{ name }},
        {%- endfor %}
        cast(0 as int) as duplicate_count
    from {{ relation }} as landed
    left join repeated_keys on {{ same_key }}
    where landed._rejected_because is null and repeated_keys.{{ key[0] }} is null
    union all
    select
        {%- for name in names %}
        {{ name }},
        {%- endfor %}
        cast(copy_count - 1 as int) as duplicate_count
    from {{ 'strictest' if kind else 'ranked' }}
    where copy_number = 1
{% endmacro %}
