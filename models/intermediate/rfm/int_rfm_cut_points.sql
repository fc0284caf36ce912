with measures as (

    select * from {{ ref('int_rfm_measures') }}

),

-- the distribution of each measure: sorting distinct values is far less than sorting people
value_counts as (

    {% for measure in ['recency_days', 'frequency', 'monetary'] -%}
    select
        as_of_date,
        '{{ measure }}' as measure,
        cast({{ measure }} as decimal(18, 4)) as measured_value,
        cast(count(*) as bigint) as customer_count
    from measures
    group by as_of_date, {{ measure }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

-- people sorted by value stand at the places 0, 1, ...; this is the first place of a value
placed as (

    select
        as_of_date,
        measure,
        measured_value,
        cast(sum(customer_count) over (
            partition by as_of_date, measure
            order by measured_value
            rows between unbounded preceding and current row
        ) as bigint) - customer_count as first_place,
        cast(sum(customer_count) over (partition by as_of_date, measure) as bigint)
            as population
    from value_counts

),

-- type 7: the quantile k/5 of n values stands at place (n - 1) * k / 5, between the values at
-- the whole places around it; counted in fifths, so that all is whole numbers
surrounded as (

    select
        as_of_date,
        measure,
        {%- for number in range(1, 5) %}
        max(((population - 1) * {{ number }}) % 5) as fifths_{{ number }},
        max(
            case
                when first_place * 5 <= (population - 1) * {{ number }} then measured_value
            end
        ) as lower_{{ number }},
        max(
            case
                when first_place * 5 <= (population - 1) * {{ number }} + 5 then measured_value
            end
        ) as upper_{{ number }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from placed
    group by as_of_date, measure

),

interpolated as (

    select
        as_of_date,
        measure,
        {%- for number in range(1, 5) %}
        cast(
            cast(lower_{{ number }} as decimal(28, 5))
            + (upper_{{ number }} - lower_{{ number }})
            * cast(fifths_{{ number }} as decimal(1, 0)) * 0.2
            as decimal(28, 5)
        ) as cut_{{ number }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from surrounded

)

select * from interpolated
