-- worked out by another program; they must never change, or everybody changes arms
{%- set known_buckets = [
    ('shop', 'C0206641', 49999), ('shop', 'C0135546', 50000), ('campaign:winback', 'C0491776', 99999),
    ('campaign:winback', 'C2382259', 100000), ('variant:winback', 'C1228000', 0),
    ('variant:winback', 'C0327106', 999999),
] %}

with buckets as (

    {%- for scope, customer_id, expected in known_buckets %}
    select
        '{{ scope }}' as scope,
        '{{ customer_id }}' as customer_id,
        {{ expected }} as expected
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

hashed as (

    select
        *,
        {{ hash_number("'dangol|' || scope || '|' || customer_id") }} % 1000000 as made,
        {{ hash_number("'단골'") }} as made_of_hangul
    from buckets

)

select * from hashed
where made <> expected or made_of_hangul <> 3145935736
