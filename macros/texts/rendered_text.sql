{#-
    A template's text with every variable replaced by its value, the column `<name>_value` (null
    counts as empty). What is not in `names` stays as it is.

    text: SQL of the text. names: variables to replace. is_link: values are encoded for an address,
    but for those that are addresses themselves (their names end in `_url`).
-#}
{% macro rendered_text(text, names, is_link=false) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for name in names -%}
        {%- set value = "coalesce(" ~ name ~ "_value, '')" -%}
        {%- if is_link and not name.endswith('_url') -%}
            {%- set value = url_encoded(value) -%}
        {%- endif -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ variable_mark(name) ~ "', " ~ value ~ ")" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{#- A variable as it stands in a template: `#{name}`. -#}
{% macro variable_mark(name) -%}
    {{ '#{' ~ name ~ '}' }}
{%- endmacro %}
