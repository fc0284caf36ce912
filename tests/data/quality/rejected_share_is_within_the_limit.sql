{#-
    Stops with a message, one sentence per raw table of which more than `max_rejected_share` of the
    rows was rejected, so that the three commonest reasons stand in dbt's own output.
-#}
{%- set limit = "cast('" ~ var('max_rejected_share') ~ "' as decimal(18, 12))" -%}

with data_quality as (

    select * from {{ ref('data_quality') }}

),

rejected_rows as (

    select * from {{ ref('rejected_rows') }}

),

over_the_limit as (

    select
        table_name,
        rows_read,
        rows_rejected
    from data_quality
    where rows_rejected > rows_read * {{ limit }}

),

reasons as (

    select
        table_name,
        reason,
        count(*) as row_count,
        row_number() over (partition by table_name order by count(*) desc, reason) as place
    from rejected_rows
    group by table_name, reason

),

described as (

    select
        table_name,
        place,
        reason || ' (' || {{ grouped_number('row_count') }} || ')' as text
    from reasons

),

commonest as (

    select
        table_name,
        max(case when place = 1 then text end)
        || coalesce(max(case when place = 2 then ', ' || text end), '')
        || coalesce(max(case when place = 3 then ', ' || text end), '') as text
    from described
    group by table_name

),

measured as (

    select
        over_the_limit.table_name,
        cast(100 * over_the_limit.rows_rejected as double) / over_the_limit.rows_read as percentage,
        {{ grouped_number('over_the_limit.rows_read') }} as rows_read,
        {{ grouped_number('over_the_limit.rows_rejected') }} as rows_rejected,
        commonest.text as commonest_reasons
    from over_the_limit
    inner join commonest on over_the_limit.table_name = commonest.table_name

),

sentences as (

    select
        table_name || ': ' || cast(cast(percentage as decimal(5, 1)) as string)
        || ' % of ' || rows_read || ' rows rejected (' || rows_rejected
        || '; limit {{ "%g" | format(var("max_rejected_share") | float * 100) }} %). Commonest: '
        || commonest_reasons || '.' as sentence
    from measured

),

verdict as (

    select
        replace({{ sorted_list('sentence') }}, '.,', '. ')
        || ' See quality.rejected_rows.' as message
    from sentences

)

select * from verdict
where {{ fail_with('message') }}
