-- when a message of a moment may go out in Seoul, beside when it should
{%- set morning = '2025-04-01 08:00:00' -%}
{%- set next_morning = '2025-04-02 08:00:00' -%}
{%- set moments = {
    '2025-04-01 20:49:59': ['same', 'same'],
    '2025-04-01 20:50:00': ['same', next_morning],
    '2025-04-01 20:59:59': ['same', next_morning],
    '2025-04-01 21:00:00': [next_morning, next_morning],
    '2025-04-01 23:59:59': [next_morning, next_morning],
    '2025-04-01 00:00:00': [morning, morning],
    '2025-04-01 07:59:59': [morning, morning],
    '2025-04-01 08:00:00': ['same', 'same'],
} -%}
{#- the place of a channel's answer in the lists above; none where no hour is forbidden -#}
{%- set messages = [
    ('sms', true, false, 0), ('push', true, false, 0), ('kakao', true, false, 1),
    ('kakao', true, true, 1), ('sms', true, true, none), ('push', true, true, none),
    ('email', true, false, none), ('sms', false, false, none), ('push', false, false, none),
    ('kakao', false, false, none), ('email', false, false, none),
] %}

with cases as (

    {%- for channel, is_ad, has_night_consent, place in messages %}
    {%- set last_channel = loop.last %}
    {%- for moment, answers in moments.items() %}
    select
        '{{ channel }}' as channel,
        {{ is_ad | lower }} as is_ad,
        {{ has_night_consent | lower }} as has_night_consent,
        cast('{{ moment }}' as timestamp) as local_time,
        {%- set answer = 'same' if place is none else answers[place] %}
        cast('{{ moment if answer == "same" else answer }}' as timestamp) as expected
    {{ 'union all' if not (last_channel and loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

ruled as (

    select
        *,
        {{ night_rule('channel', 'is_ad', 'has_night_consent') }} as night_rule,
        {{ add_minutes('local_time', -9 * 60) }} as wished_at
    from cases

),

moved as (

    select
        *,
        {{ permitted_from('wished_at', "'Asia/Seoul'", 'night_rule') }} as permitted_at,
        {{ is_at_night('local_time', 'night_rule') }} as is_forbidden
    from ruled

)

select * from moved
where
    permitted_at is distinct from {{ add_minutes('expected', -9 * 60) }}
    or is_forbidden is distinct from (local_time <> expected)
