{#-
    The variables of a message as the text of a JSON object. No value can stand for another variable
    any more, whatever stands around it in the template: `#{` becomes `#(`, and a space comes after a
    `#` at the end of a value and before a `{` at its beginning.

    variables: SQL of the audience's variables, a JSON object of texts with at least one entry. The
        quotes around a value are told from those inside it, which have a backslash before them.
    standard: SQL of the standard variables, another such object.
-#}
{% macro message_parameters(variables, standard) -%}
    {%- set plain = "replace(" ~ variables ~ ", '#{', '#(')" -%}
    {%- set closed = "replace(" ~ plain ~ ", '#\"', '# \"')" -%}
    {%- set own = "replace(" ~ closed ~ ", '\":\"{', '\":\" {')" -%}
    substring({{ own }}, 1, length({{ own }}) - 1) || ',' || substring({{ standard }}, 2)
{%- endmacro %}
