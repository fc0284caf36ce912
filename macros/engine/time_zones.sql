{#-
    The wall-clock timestamp, in a zone given by a column, of a UTC timestamp. zone: SQL of the name
    of a zone of the seed `time_zones`.
-#}
{% macro local_time_in(timestamp, zone) %}
    {{- adapter.dispatch('local_time_in', 'dangol')(timestamp, zone) -}}
{% endmacro %}

{#- DuckDB takes fifteen times as long where the zone is not written out, so the shop's own one is. -#}
{% macro duckdb__local_time_in(timestamp, zone) -%}
    case
        when {{ zone }} = '{{ var("reporting_timezone") }}' then {{ local_time(timestamp) }}
        else timezone({{ zone }}, timezone('UTC', {{ timestamp }}))
    end
{%- endmacro %}

{% macro spark__local_time_in(timestamp, zone) -%}
    from_utc_timestamp({{ timestamp }}, {{ zone }})
{%- endmacro %}

{#-
    The UTC timestamp of a wall-clock timestamp in a zone given by a column: of a time that exists
    twice (the clock is put back) the earlier one, and a time that does not exist (the clock is put
    forward) is moved on by what the clock skips.

    zone: SQL of the name of a zone of the seed `time_zones`.
-#}
{% macro utc_of_local_time(local_time, zone) %}
    {{- adapter.dispatch('utc_of_local_time', 'dangol')(local_time, zone) -}}
{% endmacro %}

{#-
    DuckDB takes the later of two. The offset of three hours before gives the earlier one, if that is
    the same time on the clock.
-#}
{% macro duckdb__utc_of_local_time(local_time, zone) -%}
    {%- set later = "timezone('UTC', timezone(" ~ zone ~ ", " ~ local_time ~ "))" -%}
    {%- set before = "(" ~ later ~ " - to_hours(3))" -%}
    {%- set offset = "(timezone(" ~ zone ~ ", timezone('UTC', " ~ before ~ ")) - " ~ before ~ ")" -%}
    {%- set earlier = "(" ~ local_time ~ " - " ~ offset ~ ")" -%}
    case
        when timezone({{ zone }}, timezone('UTC', {{ earlier }})) = {{ local_time }} then {{ earlier }}
        else {{ later }}
    end
{%- endmacro %}

{#- Java takes the earlier of two. -#}
{% macro spark__utc_of_local_time(local_time, zone) -%}
    to_utc_timestamp({{ local_time }}, {{ zone }})
{%- endmacro %}
