{%- set audiences = [
    'audience_back_in_stock',
    'audience_cart_abandonment',
    'audience_second_purchase',
    'audience_winback',
] -%}

with members as (

    {%- for audience in audiences %}
    select * from {{ ref(audience) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from members
