{{ config(severity = 'warn') }}
-- one row per check of a raw table that is far from its usual; what a build can live with
with health_checks as (

    select * from {{ ref('health_checks') }}

),

unusual as (

    select
        table_name,
        check_name,
        message
    from health_checks
    where status = 'warn'

)

select * from unusual
