with frequency_caps as (

    select * from {{ ref('frequency_caps') }}

)

select * from frequency_caps
where
    max_messages is null
    or max_messages < 1
    or days is null
    or days < 1
