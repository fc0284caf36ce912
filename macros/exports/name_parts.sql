{#-
    Names in Hangul are written without spaces and the family name comes first: one syllable, or one
    of the eight common family names of two when at least one more syllable follows.
-#}
{% macro is_hangul_name(name) -%}
    {{ matches("replace(" ~ name ~ ", ' ', '')", '^[가-힣]{2,4}$') }}
{%- endmacro %}

{#- Length (1 or 2 syllables) of the family name of a Hangul name without spaces. -#}
{% macro family_name_length(name) -%}
    case when {{ matches(name, '^(남궁|황보|제갈|사공|선우|서문|독고|동방).') }} then 2 else 1 end
{%- endmacro %}

{#-
    The family name of a name in one piece. Of 2 to 4 Hangul syllables it is the first one (or two,
    see family_name_length); of another name what follows the last space; null where there is none.
-#}
{% macro family_name(name) -%}
    {%- set joined = "replace(" ~ name ~ ", ' ', '')" -%}
    case
        when {{ is_hangul_name(name) }} then substr({{ joined }}, 1, {{ family_name_length(joined) }})
        else nullif({{ regex_extract('trim(' ~ name ~ ')', '^.+ ([^ ]+)$', 1) }}, '')
    end
{%- endmacro %}

{#- The rest of a name without its family name (see family_name): the given name. -#}
{% macro given_name(name) -%}
    {%- set joined = "replace(" ~ name ~ ", ' ', '')" -%}
    case
        when {{ is_hangul_name(name) }} then substr({{ joined }}, {{ family_name_length(joined) }} + 1)
        else nullif(trim({{ regex_replace('trim(' ~ name ~ ')', ' [^ ]+$', '') }}), '')
    end
{%- endmacro %}
