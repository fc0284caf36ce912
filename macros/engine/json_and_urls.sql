{#- The text of one entry of a JSON object (of texts); null where it has no such entry. -#}
{% macro json_text(json, name) %}
    {{- adapter.dispatch('json_text', 'dangol')(json, name) -}}
{% endmacro %}

{% macro duckdb__json_text(json, name) -%}
    json_extract_string({{ json }}, '$.{{ name }}')
{%- endmacro %}

{% macro spark__json_text(json, name) -%}
    get_json_object({{ json }}, '$.{{ name }}')
{%- endmacro %}

{#- Text as part of an address: all but letters, digits and `-._~` as %XX of its UTF-8 bytes. -#}
{% macro url_encoded(text) %}
    {{- adapter.dispatch('url_encoded', 'dangol')(text) -}}
{% endmacro %}

{% macro duckdb__url_encoded(text) -%}
    url_encode({{ text }})
{%- endmacro %}

{#- Spark encodes as web forms do. -#}
{% macro spark__url_encoded(text) -%}
    replace(replace(replace(url_encode({{ text }}), '+', '%20'), '*', '%2A'), '%7E', '~')
{%- endmacro %}
