with first_purchases as (

    select * from {{ ref('int_first_purchases') }}

),

-- days and gaps are few where buyers are many, so the marts count from these
counted as (

    {% for dimension, value in [
        ('all', "'all'"),
        ('category', 'first_category'),
        ('acquisition_source', 'acquisition_source'),
    ] -%}
    select
        '{{ dimension }}' as dimension,
        {{ value }} as dimension_value,
        first_ordered_on,
        days_to_second_order,
        cast(count(*) as bigint) as buyer_count
    from first_purchases
    group by
        {%- if dimension != 'all' %} {{ value }},{% endif %} first_ordered_on, days_to_second_order
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from counted
