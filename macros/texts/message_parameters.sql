{#-
    The variables of a message with the standard ones, as the text of a JSON object. No value can
    stand for another variable any more: `#{` becomes `#(`, and a space keeps a `#` at the end of a
    value from what follows it in the template.

    variables: SQL of the audience's variables, a JSON object of texts with at least one entry. A
        `#` and a quote that ends a value stand side by side in it, one inside a value never does.
-#}
{% macro message_parameters(variables) -%}
    {%- set own = "replace(replace(" ~ variables ~ ", '#{', '#('), '#\"', '# \"')" -%}
    substring({{ own }}, 1, length({{ own }}) - 1) || ','
    || substring({{ template_variables(standard_variables()) }}, 2)
{%- endmacro %}
