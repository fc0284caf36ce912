with source as (

    select * from {{ source('landing', 'deliveries') }}

),

counted as (

    {%- for table in raw_contract().values() %}
    select
        '{{ table.name }}' as table_name,
        count(*) as read_count,
        {%- if table.name == 'events' %}
        0 as unreadable_value_count
        {%- else %}
        coalesce(sum(case when _rejected_because is null then _unreadable_count end), 0) as unreadable_value_count
        {%- endif %}
    from landing.{{ table.name }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select null as table_name, 0 as read_count, 0 as unreadable_value_count
    {%- endfor %}

),

renamed as (

    select
        source.table_name,
        source.file_format,
        source.file_count,
        source.unknown_columns,
        source.erased_count,
        counted.read_count,
        cast(counted.unreadable_value_count as bigint) as unreadable_value_count
    from source
    inner join counted on source.table_name = counted.table_name

)

select * from renamed
