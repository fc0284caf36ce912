-- one row per raw table whose rows are not all accounted for, each exactly once
with data_quality as (

    select * from {{ ref('data_quality') }}

),

unbalanced as (

    select
        table_name,
        rows_read,
        rows_accepted,
        rows_rejected,
        rows_duplicate,
        rows_waiting,
        rows_erased
    from data_quality
    where
        rows_accepted + rows_rejected + rows_duplicate + rows_waiting + rows_erased != rows_read

)

select * from unbalanced
