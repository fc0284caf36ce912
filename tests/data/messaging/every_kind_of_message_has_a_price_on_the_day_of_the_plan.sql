with message_costs as (

    select * from {{ ref('message_costs') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

message_types as (

    {%- for message_type in [
        'email', 'sms', 'lms', 'push', 'alimtalk', 'brand_friend', 'brand_other',
    ] %}
    select '{{ message_type }}' as message_type
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

priced as (

    select message_costs.message_type
    from message_costs
    inner join as_of on message_costs.valid_from <= as_of.as_of_date

)

select message_type
from message_types
where message_type not in (select message_type from priced)
