with deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

rejected_rows as (

    select * from {{ ref('rejected_rows') }}

),

staged_counts as (

    select * from {{ ref('int_staged_counts') }}

),

rejections as (

    select
        table_name,
        count(*) as rows_rejected,
        count(case when reason like 'orphan:%' or reason like 'no exchange rate%' then 1 end)
            as rows_rejected_after_staging
    from rejected_rows
    group by table_name

),

accounted as (

    select
        deliveries.table_name,
        deliveries.file_format,
        deliveries.file_count,
        deliveries.unknown_columns,
        deliveries.read_count + deliveries.erased_count as rows_read,
        staged_counts.staged_count - coalesce(rejections.rows_rejected_after_staging, 0)
            as rows_accepted,
        coalesce(rejections.rows_rejected, 0) as rows_rejected,
        staged_counts.duplicate_count as rows_duplicate,
        deliveries.erased_count as rows_erased,
        deliveries.unreadable_value_count + staged_counts.unreadable_count as unreadable_values,
        staged_counts.after_as_of_count as rows_after_as_of,
        staged_counts.late_count as rows_late,
        staged_counts.waiting_count as rows_waiting,
        staged_counts.unidentified_count as rows_without_identity,
        staged_counts.made_count as rows_made
    from deliveries
    inner join staged_counts on deliveries.table_name = staged_counts.table_name
    left join rejections on deliveries.table_name = rejections.table_name

)

select * from accounted
