{%- set moments = row_moments('landed') -%}

with source as (

    {%- for table in raw_contract().values() %}
    select
        '{{ table.name }}' as table_name,
        {{ key_text(table.key) }} as row_key,
        {{ local_date(moments[table.name]) if table.name in moments else 'cast(null as date)' }}
            as row_date,
        landed._file,
        landed._file_row,
        landed._rejected_because,
        landed._row_text
    from {{ landing_relation(table.name) }} as landed
    where
        landed._rejected_because is not null
        and {{ is_read_now(table.name, 'landed._file') }}
    union all
    {%- endfor %}
    -- of files of events that an earlier run has read
    select
        'events' as table_name,
        row_key,
        row_date,
        file as _file,
        file_row as _file_row,
        reason as _rejected_because,
        row_text as _row_text
    from {{ source('landing', 'kept_rejections') }}

),

renamed as (

    select
        table_name,
        row_key,
        row_date,
        _file as file,
        _file_row as file_row,
        _rejected_because as reason,
        _row_text as row_text
    from source

)

select * from renamed
