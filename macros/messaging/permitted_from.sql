{#-
    Whether a local time is one of the hours that a night rule forbids. A night that begins at the
    minute at which it ends is none.

    night_rule: SQL of a rule of the macro `night_begins_at`, or none.
-#}
{% macro is_at_night(local_time, night_rule) -%}
    {%- set minute = "(hour(" ~ local_time ~ ") * 60 + minute(" ~ local_time ~ "))" -%}
    {%- set ends = minute_of_day(var('night_ends')) | int -%}
    case {{ night_rule }}
        {%- for rule in ['night', 'kakao_night', 'night_of_korea'] %}
        {%- set begins = minute_of_day(night_begins_at(rule)) | int %}
        when '{{ rule }}'
            then {{ minute }} >= {{ begins }} {{ 'or' if begins > ends else 'and' }} {{ minute }} < {{ ends }}
        {%- endfor %}
        else false
    end
{%- endmacro %}

{#- Whether Kakao delivers no brand message at a UTC timestamp, by the clock of Korea. -#}
{% macro is_night_in_korea(timestamp) -%}
    {{ is_at_night(local_time_in(timestamp, "'Asia/Seoul'"), "'night_of_korea'") }}
{%- endmacro %}

{#-
    When the night of a rule begins, as HH:MM. All nights end at `night_ends`, and no message comes
    to Kakao in the law's or its own, so that its night is the longer one. Kakao keeps its own by the
    clock of Korea as well.

    rule: night, kakao_night or night_of_korea, a Jinja string.
-#}
{% macro night_begins_at(rule) -%}
    {%- set ends = minute_of_day(var('night_ends')) | int -%}
    {%- set length = (ends - minute_of_day(var('night_begins')) | int) % (24 * 60) -%}
    {%- set length_for_kakao = (ends - minute_of_day(var('kakao_night_begins')) | int) % (24 * 60) -%}
    {%- set is_kakaos = rule == 'night_of_korea' or rule == 'kakao_night' and length_for_kakao > length -%}
    {{ var('kakao_night_begins') if is_kakaos else var('night_begins') }}
{%- endmacro %}

{#- The minute of the day, from 0, of a time of day written HH:MM. time: a Jinja string. -#}
{% macro minute_of_day(time) -%}
    {{ time[:2] | int * 60 + time[3:] | int }}
{%- endmacro %}

{#-
    The first UTC timestamp, from a given one on, at which a night rule permits a message in a zone:
    the timestamp itself, or the next end of the night.

    zone: SQL of the name of a zone. night_rule: SQL of a rule of `night_begins_at`, or none.
-#}
{% macro permitted_from(timestamp, zone, night_rule) -%}
    {%- set local = local_time_in(timestamp, zone) -%}
    {%- set ends = minute_of_day(var('night_ends')) | int -%}
    {%- set night_end = add_minutes(
        "date_trunc('day', " ~ local ~ ")",
        "case when hour(" ~ local ~ ") * 60 + minute(" ~ local ~ ") < " ~ ends
        ~ " then " ~ ends ~ " else " ~ (ends + 24 * 60) ~ " end"
    ) -%}
    case
        when {{ is_at_night(local, night_rule) }} then {{ utc_of_local_time('(' ~ night_end ~ ')', zone) }}
        else {{ timestamp }}
    end
{%- endmacro %}
