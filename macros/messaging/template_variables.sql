{#-
    The variables of a message as the text of a JSON object, in the order given, every value text.
    A value that is missing becomes '' (so that a text is never sent with a hole unseen). The same
    bytes on both engines.

    variables: mapping of variable name to the SQL of its value (any type).
-#}
{% macro template_variables(variables) -%}
    '{'
    {%- for name, value in variables.items() %}
    {%- set text = "coalesce(cast(" ~ value ~ " as string), '')" %}
    || '"{{ name }}":"' || {{ json_escaped(plain_text(text)) }}
    || '"{{ ',' if not loop.last }}'
    {%- endfor %}
    || '}'
{%- endmacro %}
