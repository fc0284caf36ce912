{#-
    A template's text with the standard variables filled in.

    text: SQL of the text, in a query that has int_as_of joined as `as_of`.
-#}
{% macro with_standard_variables(text) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for name, value in standard_variables().items() -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '#{" ~ name ~ "}', " ~ value ~ ")" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{#-
    A template's text with the variable of each slot (`variable_1`) replaced by its value (`value_1`).

    text: SQL of the text. slots: the slots that are looked at. is_link: the text is an address, so
        values are encoded for it.
-#}
{% macro rendered_text(text, slots, is_link=false) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for slot in slots -%}
        {%- set value = "value_" ~ slot -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", coalesce('#{' || variable_" ~ slot ~ " || '}', '#{}'), "
            ~ "coalesce(" ~ (url_encoded(value) if is_link else value) ~ ", ''))" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}
