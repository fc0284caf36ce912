{#-
    Stops with a message, one sentence per check of a raw table that has failed, so that they stand
    in dbt's own output.
-#}
with health_checks as (

    select * from {{ ref('health_checks') }}

),

sentences as (

    select message || '.' as sentence
    from health_checks
    where status = 'fail'

),

verdict as (

    select
        replace({{ sorted_list('sentence') }}, '.,', '. ')
        || ' If that is right, change or switch off the check in seeds/health_thresholds.csv.'
            as message
    from sentences

)

select * from verdict
where {{ fail_with('message') }}
