{#-
    A materialization: the model's rows are links (left_id, right_id); the table built has one row
    per identifier that stands in a link (id, component_id), where two identifiers have the same
    component_id exactly when a chain of links of any length joins them. component_id is the
    smallest identifier of the chain.

    Each round gives every identifier the smallest label of its neighbours' labels and follows the
    labels one step (FastSV: Zhang, Azad & Hu 2020), so that the rounds grow with the logarithm of
    the longest chain. It ends with the first round that changes nothing.
-#}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set links = dangol.component_work_table('links') -%}
    {{ run_hooks(pre_hooks) }}

    {% do dangol.recreate(links) %}
    {% do run_query(
        "create table " ~ links ~ dangol.work_table_format() ~ " as with links as (" ~ sql ~ ")"
        ~ " select left_id as id, right_id as neighbour_id from links"
        ~ " union select right_id, left_id from links"
    ) %}

    {% set state = namespace(round=0, changed=true) %}
    {% set labels = dangol.component_work_table('labels_0') %}
    {% do dangol.recreate(labels) %}
    {% do run_query(
        "create table " ~ labels ~ dangol.work_table_format() ~ " as select id, least(id, min(neighbour_id)) as label from "
        ~ links ~ " group by id"
    ) %}

    {% for round in range(1, 200) if state.changed %}
        {% set before = dangol.component_work_table('labels_' ~ (round - 1) % 2) %}
        {% set after = dangol.component_work_table('labels_' ~ round % 2) %}
        {% do dangol.recreate(after) %}
        {% do run_query("create table " ~ after ~ dangol.work_table_format() ~ " as " ~ dangol.component_round(links, before)) %}
        {% set state.changed = run_query(
            "select count(*) from " ~ after ~ " as newer inner join " ~ before
            ~ " as older on newer.id = older.id where newer.label != older.label"
        ).columns[0].values()[0] > 0 %}
        {% set state.round = round %}
    {% endfor %}

    {% do dangol.recreate(target_relation) %}
    {% call statement('main') -%}
        create table {{ target_relation }} {{ dangol.work_table_format() }} as
        select
            id,
            label as component_id
        from {{ dangol.component_work_table('labels_' ~ state.round % 2) }}
    {%- endcall %}

    {% for name in ['links', 'labels_0', 'labels_1'] %}
        {% do dangol.recreate(dangol.component_work_table(name)) %}
    {% endfor %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() if target.type == 'duckdb' %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#-
    One round over all identifiers.

    links: relation with id, neighbour_id, in both directions. labels: relation with id, label.
-#}
{% macro component_round(links, labels) %}
    with followed as (

        select
            labels.id,
            labels.label,
            parents.label as parent_label
        from {{ labels }} as labels
        inner join {{ labels }} as parents on labels.label = parents.id

    ),

    nearest as (

        select
            links.id,
            min(followed.parent_label) as label
        from {{ links }} as links
        inner join followed on links.neighbour_id = followed.id
        group by links.id

    ),

    proposals as (

        select id, parent_label as label from followed
        union all
        select id, label from nearest
        union all
        select followed.label as id, nearest.label
        from nearest
        inner join followed on nearest.id = followed.id

    )

    select
        id,
        min(label) as label
    from proposals
    group by id
{% endmacro %}

{#- A table beside the model for the work of one run. -#}
{% macro component_work_table(name) %}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table')) }}
{% endmacro %}

{#- Makes room for a table. -#}
{% macro recreate(relation) %}
    {% do run_query("drop table if exists " ~ relation) %}
{% endmacro %}

{#- How Spark stores a work table; nothing on DuckDB. -#}
{% macro work_table_format() %}
    {{ return(' using parquet' if target.type == 'spark' else '') }}
{% endmacro %}
