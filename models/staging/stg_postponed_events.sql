{{ config(materialized='view') }}

with source as (

    select * from {{ source('landing', 'postponed_events') }}

),

renamed as (

    select
        event_id,
        file,
        event_date,
        is_copy
    from source

)

select * from renamed
