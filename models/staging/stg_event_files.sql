{{ config(materialized='view') }}

with source as (

    select * from {{ source('landing', 'event_files') }}

),

renamed as (

    select
        file,
        size_bytes,
        modified_at,
        is_read,
        is_new,
        first_date,
        last_date
    from source

)

select * from renamed
