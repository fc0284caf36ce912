-- what the macros make of a name, an address or a text, beside what they should
{%- set missing = "cast(null as string)" -%}
{%- set cases = [
    ('a_family_name_is_the_first_syllable', family_name("'김민수'"), "'김'"),
    ('the_rest_is_the_given_name', given_name("'김민수'"), "'민수'"),
    ('a_name_of_two_syllables', given_name("'김솔'"), "'솔'"),
    ('a_given_name_of_three_syllables', given_name("'김하늘별'"), "'하늘별'"),
    ('a_family_name_of_two_syllables', family_name("'남궁민수'"), "'남궁'"),
    ('its_given_name', given_name("'남궁민수'"), "'민수'"),
    ('a_family_name_of_two_with_one_more', family_name("'선우진'"), "'선우'"),
    ('two_syllables_alone_are_one_and_one', family_name("'선우'"), "'선'"),
    ('a_space_in_a_hangul_name_is_none', given_name("'김 민수'"), "'민수'"),
    ('five_syllables_are_no_name_to_divide', family_name("'김민수한별'"), missing),
    ('such_a_name_is_a_given_name', given_name("'김민수한별'"), "'김민수한별'"),
    ('a_latin_family_name_comes_last', family_name("'Min Su Kim'"), "'Kim'"),
    ('and_the_given_names_before', given_name("'Min Su Kim'"), "'Min Su'"),
    ('one_latin_word_is_a_given_name', given_name("'Minsu'"), "'Minsu'"),
    ('and_no_family_name', family_name("'Minsu'"), missing),
    ('no_name_has_no_parts', given_name(missing), missing),
    ('an_address_published_by_meta', hashed("' John_Smith@gmail.com '"),
        "'62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f'"),
    ('a_phone_published_by_meta', hashed("'16505551212'"),
        "'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176'"),
    ('a_name_published_by_meta', hashed("'Mary'"),
        "'6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'"),
    ('a_hangul_name_published_by_meta', hashed("'정'"),
        "'8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'"),
    ('an_accented_name_published_by_meta', hashed("'Valéry'"),
        "'08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'"),
    ('decomposed_hangul_hashes_as_composed', hashed("'\u110c\u1165\u11bc'"),
        "'8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'"),
    ('nothing_has_no_hash', hashed("'  '"), missing),
    ('a_korean_mobile_begins_with_010', korean_mobile("'+821012345678'"), "'01012345678'"),
    ('korea_is_nine_hours_ahead', korean_time("timestamp '2026-06-30 23:30:00'"),
        "'2026-07-01 08:30:00'"),
    ('a_moment_is_told_in_utc', iso_time("timestamp '2026-06-30 23:30:00'"),
        "'2026-06-30T23:30:00Z'"),
    ('a_message_keeps_its_lines', message_text("'a' || chr(13) || chr(10) || 'b' || chr(9) || 'c'"),
        "'a' || chr(10) || 'b c'"),
    ('a_message_in_a_table_is_no_formula', file_message("chr(10) || '=1' || chr(10) || '-2'"),
        "'1' || chr(10) || '-2'"),
    ('a_line_end_is_escaped_in_json', json_string("'a' || chr(10) || 'b'"), "'\"a' || chr(92) || 'nb\"'"),
    ('no_text_is_null_in_json', json_string(missing), "'null'"),
    ('variables_are_named_as_templates_name_them',
        json_keys_as_variables("'{\"a\":\"\",\"b\":\",\",\"c\":\"' || chr(92) || '\",' || chr(92) || '\"d' || chr(92) || '\":' || chr(92) || '\"\"}'"),
        "'{\"#{a}\":\"\",\"#{b}\":\",\",\"#{c}\":\"' || chr(92) || '\",' || chr(92) || '\"d' || chr(92) || '\":' || chr(92) || '\"\"}'"),
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
