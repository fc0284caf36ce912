{#-
    The UTC timestamp of a wall-clock timestamp read in a zone: of a time that exists twice the
    earlier one, as utc_of_local_time has it.

    zone: a Jinja string.
-#}
{% macro to_utc(timestamp, zone) %}
    {%- if zone == 'UTC' -%} {{ timestamp }}
    {%- else -%} {{ adapter.dispatch('to_utc', 'dangol')(timestamp, zone) }}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__to_utc(timestamp, zone) -%}
    {%- set looked_up = duckdb__utc_of_local_time(timestamp, "'" ~ zone ~ "'") -%}
    {%- set offset = constant_offset(zone) -%}
    {%- if offset is none -%} {{ looked_up }}
    {%- else -%}
        case
            when {{ timestamp }} >= timestamp '2010-01-02 00:00:00' then {{ timestamp }} - to_minutes({{ offset }})
            else {{ looked_up }}
        end
    {%- endif -%}
{%- endmacro %}

{% macro spark__to_utc(timestamp, zone) -%}
    to_utc_timestamp({{ timestamp }}, '{{ zone }}')
{%- endmacro %}

{#- The wall-clock timestamp, in the variable `reporting_timezone`, of a UTC timestamp. -#}
{% macro local_time(timestamp) %}
    {%- if var('reporting_timezone') == 'UTC' -%} {{ timestamp }}
    {%- else -%} {{ adapter.dispatch('local_time', 'dangol')(timestamp, var('reporting_timezone')) }}
    {%- endif -%}
{% endmacro %}

{#- In a zone whose clock stands still a sum saves the look-up, which is dear for every row. -#}
{% macro duckdb__local_time(timestamp, zone) -%}
    {%- set looked_up = "timezone('" ~ zone ~ "', timezone('UTC', " ~ timestamp ~ "))" -%}
    {%- set offset = constant_offset(zone) -%}
    {%- if offset is none -%} {{ looked_up }}
    {%- else -%}
        case
            when {{ timestamp }} >= timestamp '2010-01-01 00:00:00' then {{ timestamp }} + to_minutes({{ offset }})
            else {{ looked_up }}
        end
    {%- endif -%}
{%- endmacro %}

{#-
    Minutes that a zone is ahead of UTC, when they have been the same in every month since 2010 and
    no summer time is planned; otherwise none.
-#}
{% macro constant_offset(zone) %}
    {% if zone not in modules.pytz.all_timezones_set %}{% do return(none) %}{% endif %}
    {% set clock = modules.pytz.timezone(zone) %}
    {% set offsets = [] %}
    {% for year in range(2010, 2038) if offsets | length < 2 %}
        {% for month in range(1, 13) if offsets | length < 2 %}
            {% set offset = clock.utcoffset(modules.datetime.datetime(year, month, 15)).total_seconds() / 60 %}
            {% if offset not in offsets %}{% do offsets.append(offset) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(offsets[0] | int if offsets | length == 1 else none) }}
{% endmacro %}

{% macro spark__local_time(timestamp, zone) -%}
    from_utc_timestamp({{ timestamp }}, '{{ zone }}')
{%- endmacro %}

{#- The local day (in the variable `reporting_timezone`) of a UTC timestamp. -#}
{% macro local_date(timestamp) -%}
    cast({{ local_time(timestamp) }} as date)
{%- endmacro %}

{#- The UTC timestamp at which a local day begins. -#}
{% macro day_begins_at(date) -%}
    {{ to_utc('cast(' ~ date ~ ' as timestamp)', var('reporting_timezone')) }}
{%- endmacro %}

{#- The naive UTC timestamp of a stored moment (a timestamp with time zone). -#}
{% macro utc_of_moment(moment) %}
    {{- adapter.dispatch('utc_of_moment', 'dangol')(moment) -}}
{% endmacro %}

{% macro duckdb__utc_of_moment(moment) -%}
    make_timestamp(epoch_us({{ moment }}))
{%- endmacro %}

{#- A Spark timestamp is a moment; the session zone is UTC. -#}
{% macro spark__utc_of_moment(moment) -%}
    {{ moment }}
{%- endmacro %}

{#- A timestamp moved by minutes. minutes: SQL of a whole number, which may be negative. -#}
{% macro add_minutes(timestamp, minutes) %}
    {{- adapter.dispatch('add_minutes', 'dangol')(timestamp, minutes) -}}
{% endmacro %}

{% macro duckdb__add_minutes(timestamp, minutes) -%}
    {{ timestamp }} + to_minutes({{ minutes }})
{%- endmacro %}

{% macro spark__add_minutes(timestamp, minutes) -%}
    timestampadd(minute, {{ minutes }}, {{ timestamp }})
{%- endmacro %}

{#- A date moved by days. days: SQL of a whole number, which may be negative. -#}
{% macro add_days(date, days) %}
    {{- adapter.dispatch('add_days', 'dangol')(date, days) -}}
{% endmacro %}

{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as int))
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as int))
{%- endmacro %}

{#- Whole days from one date to another (int); negative when `to` is the earlier. -#}
{% macro days_between(from, to) -%}
    cast({{ dbt.datediff(from, to, 'day') }} as int)
{%- endmacro %}

{#- Calendar months from the month of one date to the month of another (int). -#}
{% macro months_between_dates(from, to) -%}
    cast((year({{ to }}) - year({{ from }})) * 12 + month({{ to }}) - month({{ from }}) as int)
{%- endmacro %}

{#- The first day of the month of a date. -#}
{% macro month_of(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{#- A month (its first day) moved by a whole number of months. -#}
{% macro add_months(date, months) %}
    {{- adapter.dispatch('add_months', 'dangol')(date, months) -}}
{% endmacro %}

{% macro duckdb__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as int)) as date)
{%- endmacro %}

{% macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as int))
{%- endmacro %}

{#- Settings that the macros rely on and a profile may lack. -#}
{% macro prepare_engine() %}
    {{ adapter.dispatch('prepare_engine', 'dangol')() }}
{% endmacro %}

{% macro duckdb__prepare_engine() %}
    {% do run_query("set global TimeZone = 'UTC'") %}
{% endmacro %}

{#- Text that older writers of Parquet left unmarked is text, as DuckDB is told with each file. -#}
{% macro spark__prepare_engine() %}
    {% do run_query("set spark.sql.session.timeZone = UTC") %}
    {% do run_query("set spark.sql.parquet.binaryAsString = true") %}
{% endmacro %}

{#- Microseconds from 1970 of a UTC timestamp (bigint). -#}
{% macro epoch_microseconds(timestamp) %}
    {{- adapter.dispatch('epoch_microseconds', 'dangol')(timestamp) -}}
{% endmacro %}

{% macro duckdb__epoch_microseconds(timestamp) -%}
    epoch_us({{ timestamp }})
{%- endmacro %}

{% macro spark__epoch_microseconds(timestamp) -%}
    unix_micros({{ timestamp }})
{%- endmacro %}
