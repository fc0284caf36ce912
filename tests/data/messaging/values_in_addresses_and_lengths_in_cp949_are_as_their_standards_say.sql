-- what the macros make of a text, beside what they should; fails for each that differs
{%- set cases = [
    ('a_space_and_a_slash_are_encoded', url_encoded("'a b/c'"), "'a%20b%2Fc'"),
    ('signs_that_need_no_encoding_stay', url_encoded("'a-b_c.d~e'"), "'a-b_c.d~e'"),
    ('other_signs_are_encoded', url_encoded("'*+&?=#%'"), "'%2A%2B%26%3F%3D%23%25'"),
    ('hangul_is_encoded_by_its_bytes', url_encoded("'가'"), "'%EA%B0%80'"),
    ('an_entry_is_read_with_its_escapes', json_text(text_literal('{"a":"b\\u0022c"}'), "'a'"), "'b\"c'"),
    ('an_entry_that_is_not_there_is_null', json_text("'{\"a\":\"b\"}'", "'c'"), "cast(null as string)"),
    ('ascii_and_newline_are_1_byte_and_the_rest_2', "cast(" ~ cp949_bytes("'a가·' || chr(10)") ~ " as string)", "'6'"),
] %}

with cases as (

    {%- for rule, made, expected in cases %}
    select
        '{{ rule }}' as rule_name,
        {{ made }} as made,
        {{ expected }} as expected
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from cases
where made is distinct from expected
