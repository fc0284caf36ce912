-- what the macros make of a text, beside what they should; fails for each that differs
{%- set bidi = '\u202e' -%}
{%- set full_width = '\uff1d' -%}
with cases as (

    select
        'a_json_value_escapes_quote_and_backslash' as rule,
        {{ template_variables({'name': "'a\"b' || chr(92) || 'c'"}) }} as got,
        '{"name":"a' || chr(92) || '"b' || chr(92) || chr(92) || 'c"}' as expected
    union all
    select
        'a_missing_value_is_an_empty_text',
        {{ template_variables({'name': 'cast(null as string)', 'price': '12'}) }},
        '{"name":"","price":"12"}'
    union all
    select
        'a_date_and_a_control_character_become_plain_text',
        {{ template_variables({'on': "date '2025-03-01'", 'name': "'a' || chr(9) || chr(10) || 'b'"}) }},
        '{"on":"2025-03-01","name":"a b"}'
    union all
    select 'hangul_and_emoji_stay', {{ plain_text("'김민수 é 😀'") }}, '김민수 é 😀'
    union all
    select 'a_mark_that_turns_the_text_is_dropped', {{ plain_text("'ab" ~ bidi ~ "c'") }}, 'abc'
    union all
    select 'a_formula_is_neutralised', {{ file_text("' =+-@ 1+1'") }}, '1+1'
    union all
    select 'a_full_width_formula_is_neutralised', {{ file_text("'" ~ full_width ~ "1'") }}, '1'
    union all
    select 'a_tab_before_a_formula_does_not_hide_it', {{ file_text("chr(9) || '=1'") }}, '1'
    union all
    select 'only_signs_leave_nothing', {{ file_text("'--'") }}, cast(null as string)
    union all
    select 'a_name_keeps_its_hyphen', {{ file_text("'Kim-Lee'") }}, 'Kim-Lee'
    union all
    select 'a_whole_amount_has_no_decimals', {{ money_text('39000') }}, '39000'
    union all
    select 'an_amount_keeps_its_decimals', {{ money_text('12.50') }}, '12.5'
    union all
    select 'nothing_is_zero', {{ money_text('0') }}, '0'

)

select * from cases
where got is distinct from expected
