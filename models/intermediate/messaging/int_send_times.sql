{#- in turn: Kakao keeps its night by the clock of Korea, wherever the person is -#}
{%- set in_korea = "case when night_rule = 'kakao_night' then 'night_of_korea' else 'none' end" -%}
{%- set steps = [
    ('permitted_there', 'wished', 'time_zone', 'night_rule'),
    ('permitted_in_korea', 'permitted_there', "'Asia/Seoul'", in_korea),
    ('settled', 'permitted_in_korea', 'time_zone', 'night_rule'),
] -%}
{%- set moments = {
    'before': 'wished_times.wished_before',
    'after': 'wished_times.wished_after',
    'begin': 'as_of.as_of_ends_at',
} -%}

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

moments as (

    {%- for name, column in moments.items() %}
    select
        wished_times.time_zone,
        wished_times.send_time,
        '{{ name }}' as moment,
        {{ column }} as permitted_at
    from wished_times
    cross join as_of
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

wished as (

    select
        moments.*,
        night_rules.night_rule
    from moments
    cross join night_rules

),
{% for name, relation, zone, night_rule in steps %}

{{ name }} as (

    select
        time_zone,
        send_time,
        night_rule,
        moment,
        {{ permitted_from('permitted_at', zone, night_rule) }} as permitted_at
    from {{ relation }}

),
{% endfor %}

permitted as (

    select
        settled.time_zone,
        settled.send_time,
        settled.night_rule,
        {%- for name in moments %}
        max(case when settled.moment = '{{ name }}' then settled.permitted_at end)
            as from_{{ name }},
        {%- endfor %}
        max(as_of.as_of_ends_at) as begins_at
    from settled
    cross join as_of
    group by settled.time_zone, settled.send_time, settled.night_rule

),

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
