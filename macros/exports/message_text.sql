{#-
    The text of a message as it may leave: lines stay, every other control character becomes a
    space, marks that turn the direction of writing are dropped, spaces at both ends go.
-#}
{% macro message_text(text) -%}
    {%- set lines = "replace(" ~ text ~ ", chr(13) || chr(10), chr(10))" -%}
    {%- set printed = regex_replace(lines, '[^\n -~\u00a0-\u2027\u202a-\U0010ffff]', ' ') -%}
    {{ stripped(regex_replace(printed, '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]', '')) }}
{%- endmacro %}

{#-
    The text of a message in a file that a person may open in a spreadsheet: as message_text, and
    without leading `=`, `+`, `-` and `@` (also in full width). Null when nothing is left.
-#}
{% macro file_message(text) -%}
    nullif({{ regex_replace(message_text(text), '^[\n =+@＝＋－＠-]+', '') }}, '')
{%- endmacro %}

{#-
    Text as a JSON string, with its quotes; null for null. text: SQL of text without control
    characters but line ends, as plain_text and message_text make it.
-#}
{% macro quoted_json(text) -%}
    '"' || replace({{ json_escaped(text) }}, chr(10), chr(92) || 'n') || '"'
{%- endmacro %}

{#- Text as a JSON value: a string, or the word `null`. text: as in quoted_json. -#}
{% macro json_string(text) -%}
    coalesce({{ quoted_json(text) }}, 'null')
{%- endmacro %}
