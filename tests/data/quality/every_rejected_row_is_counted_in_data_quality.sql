-- one row per raw table of which more or fewer rows are kept as rejected than are counted
with data_quality as (

    select * from {{ ref('data_quality') }}

),

rejected_rows as (

    select * from {{ ref('rejected_rows') }}

),

kept as (

    select
        table_name,
        count(*) as row_count
    from rejected_rows
    group by table_name

),

miscounted as (

    select
        coalesce(data_quality.table_name, kept.table_name) as table_name,
        data_quality.rows_rejected,
        kept.row_count
    from data_quality
    full outer join kept on data_quality.table_name = kept.table_name
    where
        data_quality.table_name is null
        or data_quality.rows_rejected != coalesce(kept.row_count, 0)

)

select * from miscounted
