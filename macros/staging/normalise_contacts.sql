{#- An e-mail address trimmed and in lower case; its syntax is judged where it is used. -#}
{% macro normalise_email(column) -%}
    nullif({{ lower_case(bare_contact(column)) }}, '')
{%- endmacro %}

{#- Text without the spaces, control characters and zero-width characters at its ends, as copying leaves them. -#}
{% macro bare_contact(column) -%}
    {%- set unseen = '[' ~ unseen_characters() ~ ']+' -%}
    {{ regex_replace(column, '^' ~ unseen ~ '|' ~ unseen ~ '$', '') }}
{%- endmacro %}

{#- Spaces, control characters and characters of no width, for a class of a regular expression. -#}
{% macro unseen_characters() -%}
    {{ return('\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff') }}
{%- endmacro %}

{#-
    A phone number in E.164 (`+821012345678`), null when it is none.

    A number with `+` or `00` in front, also inside a bracket, is international. One that begins with
    0 is national; so is one that begins with neither, unless it begins with the country code. A 0
    between the country code and the rest, as in +82 (0)10, is dropped.
-#}
{% macro normalise_phone(column) -%}
    {%- set code = var('phone_country_code') -%}
    {%- set contact = plain_phone(column) -%}
    {%- set digits = regex_replace(contact, '[^0-9]', '') -%}
    {%- set international = regex_replace(
        "case"
        ~ " when " ~ matches(contact, '^[ (]*[+]') ~ " then " ~ digits
        ~ " when " ~ digits ~ " like '00%' then substr(" ~ digits ~ ", 3)"
        ~ " when " ~ digits ~ " like '0%' then '" ~ code ~ "' || substr(" ~ digits ~ ", 2)"
        ~ " when " ~ digits ~ " like '" ~ code ~ "%' then " ~ digits
        ~ " else '" ~ code ~ "' || " ~ digits ~ " end",
        '^' ~ code ~ '0+', code
    ) -%}
    case
        when {{ matches(international, '^[1-9][0-9]{7,14}$') }} and {{ matches(contact, '^[+0-9 ().-]+$') }}
            then '+' || {{ international }}
    end
{%- endmacro %}

{#-
    A phone number as ASCII writes it: keyboards of East Asia have wide digits and brackets, word
    processors put dashes for hyphens, and pages spaces that do not break.
-#}
{% macro plain_phone(column) -%}
    {%- set spaced = regex_replace(column, '[' ~ unseen_characters() ~ ']+', ' ') -%}
    trim(translate({{ spaced }}, '０１２３４５６７８９＋（）．－‐‑‒–—―−', '0123456789+().--------'))
{%- endmacro %}

{#-
    Whether an e-mail address (lower case) has a usable syntax: something, an at sign, a domain with
    a dot, and neither spaces nor control characters in it.
-#}
{% macro is_email(column) -%}
    {%- set part = '[^@,;<>"' ~ unseen_characters() -%}
    {{ matches(column, '^' ~ part ~ ']+@' ~ part ~ '.]+([.]' ~ part ~ '.]+)+$') }}
{%- endmacro %}
