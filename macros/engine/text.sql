{#- A value as a text literal of SQL; null for none. value: anything. -#}
{% macro text_literal(value) %}
    {{- 'null' if value is none else adapter.dispatch('text_literal', 'dangol')(value | string) -}}
{% endmacro %}

{% macro duckdb__text_literal(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}

{#- Spark reads escapes in a literal. -#}
{% macro spark__text_literal(value) -%}
    '{{ value | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}

{#-
    Whether text matches a regular expression (written without backslashes, so that it reads the same
    on both engines). `$` is the very end of the text.
-#}
{% macro matches(text, pattern) %}
    {{- adapter.dispatch('matches', 'dangol')(text, pattern) -}}
{% endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike '{{ with_java_end(pattern) }}')
{%- endmacro %}

{#- A pattern as Java reads it: its own `$` also stands before a line end that ends the text. -#}
{% macro with_java_end(pattern) -%}
    {{- pattern | replace('$', '\\\\z') -}}
{%- endmacro %}

{#- The part of text that a group of a regular expression matches; '' where nothing does. -#}
{% macro regex_extract(text, pattern, group) %}
    {{- adapter.dispatch('regex_extract', 'dangol')(text, pattern, group) -}}
{% endmacro %}

{% macro duckdb__regex_extract(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro spark__regex_extract(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ with_java_end(pattern) }}', {{ group }})
{%- endmacro %}

{#- Text with every match of a regular expression replaced. -#}
{% macro regex_replace(text, pattern, replacement) %}
    {{- adapter.dispatch('regex_replace', 'dangol')(text, pattern, replacement) -}}
{% endmacro %}

{% macro duckdb__regex_replace(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regex_replace(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ with_java_end(pattern) }}', '{{ replacement }}')
{%- endmacro %}

{#- Text in Unicode NFC, so that a decomposed Hangul name equals the composed one. -#}
{% macro nfc(text) %}
    {{- adapter.dispatch('nfc', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__nfc(text) -%}
    nfc_normalize({{ text }})
{%- endmacro %}

{#- Spark SQL has no normalisation; ICU, which Spark ships, has. Plain ASCII never needs it. -#}
{% macro spark__nfc(text) -%}
    case when {{ text }} rlike '[^ -~]'
        then reflect('com.ibm.icu.text.Normalizer', 'compose', {{ text }}, false) else {{ text }} end
{%- endmacro %}

{#- Text in lower case, letter by letter: İ is i, and Σ is σ also where a word ends. -#}
{% macro lower_case(text) %}
    {{- adapter.dispatch('lower_case', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__lower_case(text) -%}
    lower({{ text }})
{%- endmacro %}

{% macro spark__lower_case(text) -%}
    lower(translate({{ text }}, 'İΣ', 'iσ'))
{%- endmacro %}

{#- Text in upper case, letter by letter: ß is ẞ, and a letter whose capital is of several letters stays. -#}
{% macro upper_case(text) %}
    {{- adapter.dispatch('upper_case', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__upper_case(text) -%}
    upper({{ text }})
{%- endmacro %}

{% macro spark__upper_case(text) -%}
    case
        when {{ text }} rlike '[^ -~]' then array_join(
            transform(
                split(translate({{ text }}, 'ß', 'ẞ'), ''),
                letter -> case
                    when length(upper(letter)) = 1 then upper(letter)
                    when length(initcap(letter)) = 1 then initcap(letter)
                    else letter
                end
            ),
            ''
        )
        else upper({{ text }})
    end
{%- endmacro %}

{#- Text without spaces at its ends, those of other widths (Unicode's class Zs) among them. -#}
{% macro stripped(text) %}
    {{- adapter.dispatch('stripped', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__stripped(text) -%}
    trim({{ text }})
{%- endmacro %}

{#- Spark's trim knows the space of ASCII only. -#}
{% macro spark__stripped(text) -%}
    {%- set spaces = ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' -%}
    trim(both '{{ spaces }}' from {{ text }})
{%- endmacro %}

{#- Whether text is valid JSON. -#}
{% macro is_json(text) %}
    {{- adapter.dispatch('is_json', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__is_json(text) -%}
    json_valid({{ text }})
{%- endmacro %}

{#-
    Spark's parsers pass over what follows a value. Nothing but one value can stand both as the value
    of an entry and as the only one of a list; a repeated key and NaN are taken, as on DuckDB.
-#}
{% macro spark__is_json(text) -%}
    {%- set options = "map('columnNameOfCorruptRecord', 'malformed', 'allowSingleQuotes', 'false', 'maxNestingDepth', '100000')" -%}
    (
        {%- for before, after in [('', ''), ('[', ']')] %}
        from_json('{"value":{{ before }}' || {{ text }} || '{{ after }}}', 'value string, malformed string', {{ options }}).malformed is null
        {{- ' and' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#-
    The columns of a row as JSON text, nulls included, in the order given; numbers and timestamps as
    text, since engines write them differently as JSON. columns: list of {name, kind}, as
    find_deliveries has them.
-#}
{% macro row_as_json(columns) %}
    {{- adapter.dispatch('row_as_json', 'dangol')(columns) -}}
{% endmacro %}

{% macro duckdb__row_as_json(columns) -%}
    cast(json_object(
        {%- for column in columns %}'{{ column.name }}', {{ told_value(column) }}{{ ', ' if not loop.last }}{% endfor -%}
    ) as varchar)
{%- endmacro %}

{% macro spark__row_as_json(columns) -%}
    to_json(struct(
        {%- for column in columns %}
        {{ told_value(column) }}{{ " || '+00'" if column.kind == 'timestamptz' }} as {{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ), map('ignoreNullFields', 'false'))
{%- endmacro %}

{#- A column's value as row_as_json tells it. column: {name, kind}. -#}
{% macro told_value(column) -%}
    {%- set value = adapter.quote(column.name) -%}
    {%- if column.kind == 'float' -%} {{ whole_float_text(value) }}
    {%- elif column.kind in ('number', 'timestamp', 'timestamptz') -%} cast({{ value }} as string)
    {%- else -%} {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The text of one entry of a JSON object (of texts); null where it has none. name: SQL of its name. -#}
{% macro json_text(json, name) %}
    {{- adapter.dispatch('json_text', 'dangol')(json, name) -}}
{% endmacro %}

{% macro duckdb__json_text(json, name) -%}
    json_extract_string({{ json }}, '$.' || {{ name }})
{%- endmacro %}

{% macro spark__json_text(json, name) -%}
    get_json_object({{ json }}, '$.' || {{ name }})
{%- endmacro %}

{#- Text as part of an address: all but letters, digits and `-._~` as %XX of its UTF-8 bytes. -#}
{% macro url_encoded(text) %}
    {{- adapter.dispatch('url_encoded', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__url_encoded(text) -%}
    url_encode({{ text }})
{%- endmacro %}

{#- Spark encodes as web forms do. -#}
{% macro spark__url_encoded(text) -%}
    replace(replace(replace(url_encode({{ text }}), '+', '%20'), '*', '%2A'), '%7E', '~')
{%- endmacro %}
