{#-
    Text without the characters that have no place in a message or a file: control characters
    become a space, marks that turn the direction of writing are dropped, spaces at both ends go.
-#}
{% macro plain_text(text) -%}
    {%- set printed = regex_replace(text, '[^ -~\u00a0-\u2027\u202a-\U0010ffff]+', ' ') -%}
    {{ stripped(regex_replace(printed, '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]', '')) }}
{%- endmacro %}
