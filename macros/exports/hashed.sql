{#- What an ad platform matches people by: SHA-256 of trimmed, lower-cased text in NFC; no salt. -#}
{% macro hashed(text) -%}
    {{ sha256_hex(nfc("nullif(" ~ lower_case(stripped(text)) ~ ", '')")) }}
{%- endmacro %}
