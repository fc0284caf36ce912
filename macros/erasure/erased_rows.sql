{#-
    By raw table, what of it tells whether a row is about an erased person:
        identifiers: mapping of column to the type of its identifiers ('contact': any of three),
        dated_by: columns that date a row, the first that is known counts; none: never outlived,
        passes_on: a column whose values in erased rows are erased in the tables that name them,
        references: columns that name another person than the row's; they become empty,
        texts: columns of free text; one that names an erased person becomes empty.
    Tables that are not listed hold nobody, but their rejected rows are searched as all are: these
    are kept as text, with columns that the contract doesn't know.
-#}
{% macro erasure_rules() %}
    {{ return({
        'assignments': {'identifiers': {'customer_id': 'customer_id'}},
        'consents': {'identifiers': {'customer_id': 'customer_id'}, 'texts': ['source']},
        'coupons': {
            'identifiers': {'coupon_code': 'coupon_code', 'customer_id': 'customer_id'},
            'references': {'redeemed_order_id': 'order_id'},
        },
        'customers': {
            'identifiers': {'customer_id': 'customer_id', 'email': 'email', 'phone': 'phone'},
            'dated_by': ['signed_up_at', 'updated_at'],
            'passes_on': 'customer_id',
            'references': {'referred_by_customer_id': 'customer_id'},
            'texts': ['acquisition_source', 'acquisition_medium', 'acquisition_campaign'],
        },
        'devices': {
            'identifiers': {
                'device_id': 'device_id', 'customer_id': 'customer_id', 'push_token': 'push_token',
            },
            'dated_by': ['last_seen_at'],
        },
        'events': {
            'identifiers': {'anonymous_id': 'anonymous_id', 'customer_id': 'customer_id'},
            'dated_by': ['occurred_at'],
            'texts': [
                'page_url', 'referrer', 'search_term', 'utm_source', 'utm_medium', 'utm_campaign',
                'utm_content', 'properties',
            ],
        },
        'message_events': {
            'identifiers': {'message_id': 'message_id'}, 'dated_by': ['occurred_at'], 'texts': ['url'],
        },
        'messages': {
            'identifiers': {'message_id': 'message_id', 'customer_id': 'customer_id'},
            'passes_on': 'message_id',
        },
        'order_items': {'identifiers': {'order_id': 'order_id'}},
        'orders': {
            'identifiers': {
                'order_id': 'order_id', 'customer_id': 'customer_id', 'email': 'email', 'phone': 'phone',
            },
            'dated_by': ['ordered_at'],
            'passes_on': 'order_id',
            'references': {'coupon_code': 'coupon_code'},
        },
        'points': {
            'identifiers': {'entry_id': 'entry_id', 'customer_id': 'customer_id'},
            'references': {'order_id': 'order_id'},
        },
        'suppressions': {'identifiers': {'contact': 'contact'}, 'dated_by': ['suppressed_at']},
        'survey_answers': {'identifiers': {'answer_id': 'answer_id', 'customer_id': 'customer_id'}},
        'tickets': {
            'identifiers': {'ticket_id': 'ticket_id', 'customer_id': 'customer_id'}, 'texts': ['category'],
        },
    }) }}
{% endmacro %}

{#- Identifier types that the person keeps: a new customer may bring them again after the erasure. -#}
{% macro outlived_types() %}
    {{ return(['email', 'phone', 'anonymous_id', 'device_id', 'push_token']) }}
{% endmacro %}

{#-
    The names of raw tables in the order in which they land: tables whose erased rows pass an
    identifier on come before those that name it. contract: the mapping of raw_contract().
-#}
{% macro landing_order(contract) %}
    {% set first = ['customers', 'orders', 'messages'] | select('in', contract) | list %}
    {{ return(first + (contract.keys() | reject('in', first) | list)) }}
{% endmacro %}

{#- Stops the build where there are tombstones and they cannot be applied: erased people would come back. -#}
{% macro check_tombstones() %}
    {% do adapter.dispatch('check_tombstones', 'dangol')(env_var('DANGOL_ERASURES', 'erasures') ~ '/tombstones.csv') %}
{% endmacro %}

{% macro duckdb__check_tombstones(path) %}
    {% set path = path | replace("'", "''") %}
    {% if not has_tombstones()
        and run_query("select count(*) from glob('" ~ path ~ "')").columns[0].values()[0]
        and run_query(
            "select count(*) from read_csv('" ~ path ~ "', header = true, all_varchar = true, hive_partitioning = false) where type <> 'key'"
        ).columns[0].values()[0] %}
        {% do exceptions.raise_compiler_error(
            path ~ " holds the tombstones of erased people, and profiles.yml has no plugin that applies them. Add to"
            ~ " its output `duckdb`: plugins: [{module: dangol.erasure.plugin, alias: erasure}], as in profiles.example.yml."
        ) %}
    {% endif %}
{% endmacro %}

{#- A glob that always finds the project's own file too, since Spark fails on one that finds nothing. -#}
{% macro spark__check_tombstones(path) %}
    {% if not modules.re.match('^[A-Za-z0-9_.][A-Za-z0-9_./-]*$', path) %}
        {% do exceptions.raise_compiler_error(
            "DANGOL_ERASURES must be a folder below the project, in letters, digits, dots and hyphens, where TARGET is spark."
        ) %}
    {% endif %}
    {% do run_query(
        "create or replace temporary view dangol_tombstones using binaryFile options (path '{dbt_project.yml,"
        ~ path ~ "}')"
    ) %}
    {% if run_query(
        "select count(*) from dangol_tombstones where path like '%tombstones.csv'"
    ).columns[0].values()[0] %}
        {% do exceptions.raise_compiler_error(
            path ~ " holds the tombstones of erased people, which only DuckDB can apply: with TARGET=spark they would"
            ~ " come back. Build with TARGET=duckdb, or take them out of RAW and move the file away."
        ) %}
    {% endif %}
{% endmacro %}

{#- Whether there are tombstones that landing applies: the plugin has attached them. -#}
{% macro has_tombstones() %}
    {{ return(target.type == 'duckdb' and run_query(
        "select count(*) from duckdb_databases() where database_name = 'dangol_erasure'"
    ).columns[0].values()[0] > 0) }}
{% endmacro %}

{#-
    SQL that finds which delivered values are of erased people, and keeps them in memory; '' where
    there is no tombstone. It hashes each distinct value once, and stands before the SQL that
    creates the landing relation.

    table, delivery: as in create_landing_relation.
    source: what to select from; it holds the delivered columns.
    arguments: the list of the other arguments of landing_query.
-#}
{% macro find_erased(table, delivery, source, arguments) %}
    {%- set rules = erasure_rules().get(table.name, {'identifiers': {}}) -%}
    {%- if has_tombstones() -%}
        {%- set stored = {} -%}
        {%- for column in delivery.columns -%}
            {%- do stored.update({column.name | lower: cleaned_text('delivered.' ~ adapter.quote(column.name), column.kind)}) -%}
        {%- endfor -%}
        {%- set named = {} -%}
        {%- do named.update(rules.identifiers) -%}
        {%- do named.update(rules.get('references', {})) -%}
        delete from dangol_erasure.main.matches where table_name = '{{ table.name }}';
        delete from dangol_erasure.main.counts where table_name = '{{ table.name }}';
        {%- if rules.passes_on %}
        delete from dangol_erasure.main.matches where table_name = '' and column_name = '{{ rules.passes_on }}';
        {%- endif %}
        {%- for column, type in named.items() if column in stored %}
        insert into dangol_erasure.main.matches
        select '{{ table.name }}', '{{ column }}', found.value, max(found.last_day)
        from (
            {%- for kind in (['email', 'phone', 'customer_id'] if type == 'contact' else [type]) %}
            select distinct_values.value, {{ last_day_of(kind, 'tombstones.erased_on') }} as last_day
            from (select distinct {{ stored[column] }} as value from {{ source }} as delivered) as distinct_values
            inner join dangol_erasure.main.tombstones as tombstones
                on tombstones.type = '{{ kind }}'
                and tombstones.hash = dangol_erasure.main.keyed_hash({{ normalised_identifier('distinct_values.value', kind) }})
            union all
            {%- if kind in ('customer_id', 'order_id', 'message_id') %}
            select distinct_values.value, passed_on.last_day
            from (select distinct {{ stored[column] }} as value from {{ source }} as delivered) as distinct_values
            inner join dangol_erasure.main.matches as passed_on
                on passed_on.table_name = '' and passed_on.column_name = '{{ kind }}'
                and passed_on.value = distinct_values.value
            union all
            {%- endif %}
            {%- endfor %}
            select null, null where false
        ) as found
        group by found.value;
        {%- endfor %}
        {%- for column in rules.get('texts', []) if column in stored %}
        insert into dangol_erasure.main.matches
        select '{{ table.name }}', '{{ column }}', texts.value, max({{ last_day_of_token('tombstones') }})
        from (select distinct {{ stored[column] }} as value from {{ source }} as delivered) as texts,
            unnest(dangol_erasure.main.tokens(texts.value, '{{ var("phone_country_code") }}')) as tokens (token)
        inner join dangol_erasure.main.tombstones as tombstones
            on tombstones.hash = dangol_erasure.main.keyed_hash(tokens.token)
        group by texts.value;
        {%- endfor %}
        {%- set erased = landing_query(table, delivery, source, *arguments, rows='erased') %}
        {%- if rules.passes_on %}
        insert into dangol_erasure.main.matches
        select '', '{{ rules.passes_on }}', {{ rules.passes_on }}, date '9999-12-31'
        from ({{ erased }})
        where
            {{ rules.passes_on }} is not null
            -- what a row that stays names too went over to somebody else
            and {{ rules.passes_on }} not in (
                select {{ rules.passes_on }} from ({{ landing_query(table, delivery, source, *arguments) }})
                where _rejected_because is null and {{ rules.passes_on }} is not null
            )
        group by {{ rules.passes_on }};
        {%- endif %}
        insert into dangol_erasure.main.counts select '{{ table.name }}', count(*) from ({{ erased }});
    {%- endif -%}
{% endmacro %}

{#- An identifier as its tombstone was made from it. value: SQL of text. type: the type of identifier. -#}
{% macro normalised_identifier(value, type) -%}
    {%- if type == 'email' -%} dangol_erasure.main.email({{ value }})
    {%- elif type == 'phone' -%} dangol_erasure.main.phone({{ value }}, '{{ var("phone_country_code") }}')
    {%- else -%} {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The last local day on which a row may be that of the erased person. erased_on: SQL of a date. -#}
{% macro last_day_of(type, erased_on) -%}
    {{ erased_on if type in outlived_types() else "date '9999-12-31'" }}
{%- endmacro %}

{#- As last_day_of, of a tombstone whose type is only known to SQL. relation: name of the tombstones. -#}
{% macro last_day_of_token(relation) -%}
    case
        when {{ relation }}.type in ('{{ outlived_types() | join("', '") }}') then {{ relation }}.erased_on
        else date '9999-12-31'
    end
{%- endmacro %}

{#-
    What landing_query selects from at last: its CTE `checked` as it is where there is no tombstone,
    else without the rows of erased people, or only these.

    table, delivery: as in create_landing_relation.
    rows: 'kept', or 'erased' for the rows that landing leaves out.
-#}
{% macro rows_after_erasure(table, delivery, rows) %}
    {%- set rules = erasure_rules().get(table.name, {'identifiers': {}}) -%}
    {%- if not has_tombstones() -%}
    checked
    {%- else -%}
        {%- set delivered = delivery.columns | map(attribute='name') | map('lower') | list -%}
        {%- set identifiers = rules.identifiers.keys() | select('in', delivered) | list -%}
        {%- set blanked = (rules.get('references', {}).keys() | list + rules.get('texts', [])) | select('in', delivered) | list -%}
        {%- set dates = [] -%}
        {%- for column in rules.get('dated_by', []) if column in delivered -%}
            {%- do dates.append(local_date('checked.typed_' ~ column)) -%}
        {%- endfor -%}
        {%- set day = "coalesce(" ~ (dates + ["date '0001-01-01'"]) | join(', ') ~ ")" -%}
    (
        select
            checked.*
            {%- if blanked %} replace (
                {%- for column in blanked %}
                {%- for prefix in ['typed_', 'text_'] %}
                case when {{ day }} <= of_{{ column }}.last_day then null else checked.{{ prefix ~ column }} end as {{ prefix ~ column }}{{ ',' if not loop.last }}
                {%- endfor %}{{ ',' if not loop.last }}
                {%- endfor %}
            )
            {%- endif %}
        from checked
        {%- for column in identifiers + blanked %}
        left join (
            select value as erased_value, last_day from dangol_erasure.main.matches
            where table_name = '{{ table.name }}' and column_name = '{{ column }}'
        ) as of_{{ column }} on checked.text_{{ column }} = of_{{ column }}.erased_value
        {%- endfor %}
        where {{ 'not' if rows == 'kept' }} (
            {%- for column in identifiers %}
            coalesce({{ day }} <= of_{{ column }}.last_day, false) or
            {%- endfor %}
            case when checked.rejected_because is not null then list_has_any(
                list_transform(
                    dangol_erasure.main.tokens(
                        coalesce(checked.malformed_text, {{ row_as_json(delivery.columns) }}),
                        '{{ var("phone_country_code") }}'
                    ),
                    lambda token: dangol_erasure.main.keyed_hash(token)
                ),
                list_transform(
                    list_filter(
                        (
                            select coalesce(list({'hash': hash, 'last_day': {{ last_day_of_token('tombstones') }}}), [])
                            from dangol_erasure.main.tombstones
                        ),
                        lambda tombstone: {{ day }} <= tombstone.last_day
                    ),
                    lambda tombstone: tombstone.hash
                )
            ) else false end
        )
    ) as checked
    {%- endif -%}
{% endmacro %}

{#- The rows of each raw table that landing left out, as a mapping of its name to their number. -#}
{% macro erased_counts() %}
    {% set counts = {} %}
    {% if has_tombstones() %}
        {% for row in run_query("select table_name, erased_count from dangol_erasure.main.counts").rows %}
            {% do counts.update({row[0]: row[1]}) %}
        {% endfor %}
    {% endif %}
    {{ return(counts) }}
{% endmacro %}
