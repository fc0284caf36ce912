{#- An e-mail address trimmed and in lower case; its syntax is judged where it is used. -#}
{% macro normalise_email(column) -%}
    nullif(lower(trim({{ column }})), '')
{%- endmacro %}

{#-
    A phone number in E.164 (`+821012345678`), null when it is none.

    A number with `+` or `00` in front is international. One that begins with 0 is national; so is
    one that begins with neither, unless it begins with the country code. A 0 between the country
    code and the rest, as in +82 (0)10, is dropped.
-#}
{% macro normalise_phone(column) -%}
    {%- set code = var('phone_country_code') -%}
    {%- set digits = regex_replace(column, '[^0-9]', '') -%}
    {%- set international = regex_replace(
        "case"
        ~ " when trim(" ~ column ~ ") like '+%' then " ~ digits
        ~ " when " ~ digits ~ " like '00%' then substr(" ~ digits ~ ", 3)"
        ~ " when " ~ digits ~ " like '0%' then '" ~ code ~ "' || substr(" ~ digits ~ ", 2)"
        ~ " when " ~ digits ~ " like '" ~ code ~ "%' then " ~ digits
        ~ " else '" ~ code ~ "' || " ~ digits ~ " end",
        '^' ~ code ~ '0+', code
    ) -%}
    case
        when {{ matches(international, '^[1-9][0-9]{7,14}$') }} and {{ matches(column, '^[+0-9 ().-]+$') }}
            then '+' || {{ international }}
    end
{%- endmacro %}

{#- Whether an e-mail address (lower case) has a usable syntax: something, an at sign, a domain with a dot. -#}
{% macro is_email(column) -%}
    {{ matches(column, '^[^@ ,;<>"]+@[^@ ,;<>".]+([.][^@ ,;<>".]+)+$') }}
{%- endmacro %}
