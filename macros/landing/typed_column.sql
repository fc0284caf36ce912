{#-
    An expression that reads a delivered value as the contract's type, null where it can't be read.
    The same text gives the same value on both engines: it must match a pattern before it is cast.

    column: {name, type, accepted} of raw_contract().
    value: SQL of the delivered value. text: SQL of its cleaned_text.
    kind: how it is stored (see find_deliveries).
-#}
{% macro typed_column(column, value, text, kind) %}
    {%- set type = column.type -%}
    {%- if type == 'string' and column.accepted -%}
        case {{ lower_case(text) }}
            {%- for accepted in column.accepted %} when '{{ accepted | lower }}' then '{{ accepted }}'{% endfor %} end
    {%- elif type == 'string' -%}
        {{ text }}
    {%- elif type == 'json' -%}
        case when {{ is_json(text) }} then {{ text }} end
    {%- elif type == 'boolean' -%}
        {%- if kind == 'boolean' -%} {{ value }}
        {%- else -%}
            case when {{ lower_case(text) }} in ('true', 't', 'yes', 'y', '1', '1.0') then true
                when {{ lower_case(text) }} in ('false', 'f', 'no', 'n', '0', '0.0') then false end
        {%- endif -%}
    {%- elif type in ('int', 'bigint') -%}
        {%- if kind == 'number' and type == 'bigint' -%}
            case when {{ value }} = try_cast({{ value }} as bigint) then try_cast({{ value }} as bigint) end
        {%- elif kind == 'float' -%}
            case when abs({{ value }}) < 1e18 and {{ value }} = try_cast({{ value }} as bigint)
                then try_cast(try_cast({{ value }} as bigint) as {{ type }}) end
        {%- else -%}
            case when {{ matches(text, '^[+-]?[0-9]{1,18}([.]0*)?$') }}
                then try_cast(split_part({{ text }}, '.', 1) as {{ type }}) end
        {%- endif -%}
    {%- elif type.startswith('decimal') -%}
        {%- if kind == 'number' -%} try_cast({{ value }} as {{ type }})
        {%- elif kind == 'float' -%} {{ decimal_of_float(value, type) }}
        {%- else -%}
            {%- set number = '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)' -%}
            case when {{ matches(text, number ~ '$') }} then try_cast({{ text }} as {{ type }})
                when {{ matches(text, number ~ '[eE][+-]?[0-9]{1,2}$') }}
                    then {{ decimal_of_float('try_cast(' ~ text ~ ' as double)', type) }} end
        {%- endif -%}
    {%- elif type == 'date' -%}
        {{ typed_date(value, text, kind) }}
    {%- elif type == 'timestamp' -%}
        {{ typed_timestamp(value, text, kind) }}
    {%- else -%}
        {%- do exceptions.raise_compiler_error(
            "The raw column " ~ column.name ~ " has the type " ~ type ~ ", which the landing can't read."
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A calendar day from 1900 to 2199, from an ISO 8601 date or from the date part of a timestamp. -#}
{% macro typed_date(value, text, kind) %}
    {%- if kind in ('date', 'timestamp', 'timestamptz') -%}
        case
            when cast({{ value }} as date) between date '1900-01-01' and date '2199-12-31'
                then cast({{ value }} as date)
        end
    {%- else -%}
        case
            when {{ matches(text, '^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}($|[T ])') }}
                then try_cast(substr({{ text }}, 1, 10) as date)
        end
    {%- endif -%}
{%- endmacro %}

{#-
    A UTC timestamp from 1900 to 2199. ISO 8601 text with an offset is converted to UTC; text and
    wall-clock timestamps without one are read in the variable `source_timezone`.
-#}
{% macro typed_timestamp(value, text, kind) %}
    {%- if kind in ('timestamp', 'timestamptz', 'date') -%}
        {%- set moment = utc_of_moment(value) if kind == 'timestamptz'
            else to_utc('cast(' ~ value ~ ' as timestamp)', var('source_timezone')) -%}
        case
            when {{ moment if kind == 'timestamptz' else value }}
                between timestamp '1900-01-01 00:00:00' and timestamp '2199-12-31 23:59:59'
                then {{ moment }}
        end
    {%- else -%}
        {%- set offset = regex_extract(text, ':[0-9.]+ ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$', 1) -%}
        {%- set reading = "try_cast(" ~ regex_extract(
            text, '^([0-9-]{10}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?)', 1
        ) ~ " as timestamp)" -%}
        {%- set pattern = '^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]'
            ~ '(:[0-5][0-9]([.][0-9]{1,9})?)?( ?([Zz]|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?)?$' -%}
        case
            when not {{ matches(text, pattern) }} then null
            when {{ offset }} = '' then {{ to_utc(reading, var('source_timezone')) }}
            when {{ offset }} in ('Z', 'z') then {{ reading }}
            else {{ add_minutes(
                reading,
                "case when substr(" ~ offset ~ ", 1, 1) = '-' then 1 else -1 end * (cast(substr(" ~ offset
                ~ ", 2, 2) as int) * 60 + coalesce(try_cast(right(replace(substr(" ~ offset
                ~ ", 4), ':', ''), 2) as int), 0))"
            ) }}
        end
    {%- endif -%}
{% endmacro %}

{#-
    A delivered value as text, trimmed and in Unicode NFC; null when nothing is left. A whole number
    that is stored as a float, as tools store ids of which some are missing, is written as one.
-#}
{% macro cleaned_text(value, kind) %}
    {{- "nullif(" ~ stripped(
        nfc(value) if kind == 'text'
        else whole_float_text(value) if kind == 'float'
        else 'cast(' ~ value ~ ' as string)'
    ) ~ ", '')" -}}
{% endmacro %}

{#- A float as text: 7.0 is `7`, up to where floats tell whole numbers apart; others as the engine writes them. -#}
{% macro whole_float_text(value) -%}
    case
        when abs({{ value }}) < 9007199254740992 and {{ value }} = try_cast({{ value }} as bigint)
            then cast(try_cast({{ value }} as bigint) as string)
        else cast({{ value }} as string)
    end
{%- endmacro %}
