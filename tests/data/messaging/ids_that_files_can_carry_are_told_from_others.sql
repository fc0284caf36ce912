-- what the macro makes of an id, beside what it should; fails for each that differs
{%- set cases = [
    ('an_id_of_the_shop', "'C000001'", true),
    ('an_id_in_hangul', "'회원 1'", true),
    ('an_address', "'kim.min-su+shop@naver.com'", true),
    ('a_phone_number', "'+821012345678'", true),
    ('a_phone_number_of_15_digits', "'+123456789012345'", true),
    ('a_phone_number_of_16_digits', "'+1234567890123456'", false),
    ('a_phone_number_as_people_write_it', "'+82 10-1234-5678'", false),
    ('a_number_below_zero', "'-17'", true),
    ('a_formula_after_a_number', "'-1+cmd|1'", false),
    ('a_formula', "'=1+0'", false),
    ('a_formula_in_full_width', "'\uff1d1'", false),
    ('a_nickname', "'@nick'", false),
    ('signs_alone', "'--'", false),
    ('a_tab', "'a' || chr(9) || 'b'", false),
    ('a_line_end', "'a' || chr(10)", false),
    ('a_mark_that_turns_the_text', "'ab\u202ec'", false),
    ('nothing_to_be_seen', "'\u00a0\u3000'", false),
    ('with_its_campaign_100_bytes', "repeat('가', 30) || 'ab'", true),
    ('with_its_campaign_101_bytes', "repeat('가', 30) || 'abc'", false),
] %}

with cases as (

    {%- for rule, customer_id, expected in cases %}
    select
        '{{ rule }}' as rule_name,
        {{ is_id_for_files("'winback'", customer_id) }} as made,
        {{ expected | lower }} as expected
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from cases
where made is distinct from expected
