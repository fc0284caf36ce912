{#-
    Whether an e-mail address (in lower case) can be written to: one local part and a domain with a
    letters-only ending, in plain ASCII, at most 64 and 254 characters long. Quoted local parts and
    a first character that a spreadsheet would read as a formula are refused.
-#}
{% macro is_sendable_email(email) -%}
    (
        length({{ email }}) <= 254
        and not {{ matches(email, '[^!-~]') }}
        and {{ matches(
            email,
            "^[a-z0-9_][a-z0-9_''%&+-]*([.][a-z0-9_''%&+-]+)*"
            ~ "@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]{2,24}$"
        ) }}
        and not {{ matches(email, '^[^@]{65}') }}
    )
{%- endmacro %}
