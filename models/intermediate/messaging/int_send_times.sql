{#- in turn: Kakao keeps its night by the clock of Korea, wherever the person is -#}
{%- set in_korea = "case when night_rule = 'kakao_night' then 'night_of_korea' else 'none' end" -%}
{%- set steps = [
    ('permitted_there', 'wished', 'time_zone', 'night_rule'),
    ('permitted_in_korea', 'permitted_there', "'Asia/Seoul'", in_korea),
    ('permitted', 'permitted_in_korea', 'time_zone', 'night_rule'),
] -%}

with wished_times as (

    select * from {{ ref('int_wished_times') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

night_rules as (

    select 'none' as night_rule
    union all
    select 'night' as night_rule
    union all
    select 'kakao_night' as night_rule

),

wished as (

    select
        wished_times.time_zone,
        wished_times.send_time,
        night_rules.night_rule,
        as_of.as_of_ends_at as begins_at,
        wished_times.wished_before as from_before,
        wished_times.wished_after as from_after,
        as_of.as_of_ends_at as from_begin
    from wished_times
    cross join night_rules
    cross join as_of

),
{% for name, relation, zone, night_rule in steps %}

{{ name }} as (

    select
        time_zone,
        send_time,
        night_rule,
        begins_at,
        {%- for moment in ['from_before', 'from_after', 'from_begin'] %}
        {{ permitted_from(moment, zone, night_rule) }} as {{ moment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}

),
{% endfor %}
-- on the day that a clock is put back, a time may lie outside the plan's 24 hours
planned as (

    select
        time_zone,
        send_time,
        night_rule,
        case
            when from_before >= begins_at then from_before
            when from_after < {{ add_minutes('begins_at', 24 * 60) }} then from_after
            else from_begin
        end as planned_at
    from permitted

),

dated as (

    select
        *,
        cast({{ local_time_in('planned_at', 'time_zone') }} as date) as planned_on
    from planned

)

select * from dated
