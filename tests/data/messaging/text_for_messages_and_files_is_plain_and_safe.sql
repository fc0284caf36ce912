-- what the macros make of a text, beside what they should; fails for each that differs
{%- set bidi = '\u202e' -%}
{%- set full_width = '\uff1d' -%}
{%- set quoted = "'a\"b' || chr(92) || 'c'" -%}
{%- set missing = "cast(null as string)" -%}
{%- set cases = [
    ('a_json_value_escapes_quote_and_backslash', template_variables({'name': quoted}),
        "'{\"name\":\"a' || chr(92) || '\"b' || chr(92) || chr(92) || 'c\"}'"),
    ('a_missing_value_is_an_empty_text', template_variables({'name': missing, 'price': '12'}),
        "'{\"name\":\"\",\"price\":\"12\"}'"),
    ('a_date_is_a_text', template_variables({'on': "date '2025-03-01'"}),
        "'{\"on\":\"2025-03-01\"}'"),
    ('control_characters_become_a_space', plain_text("'a' || chr(9) || chr(10) || 'b'"), "'a b'"),
    ('hangul_and_emoji_stay', plain_text("'김민수 é 😀'"), "'김민수 é 😀'"),
    ('a_mark_that_turns_the_text_is_dropped', plain_text("'ab" ~ bidi ~ "c'"), "'abc'"),
    ('a_formula_is_neutralised', file_text("' =+-@ 1+1'"), "'1+1'"),
    ('a_full_width_formula_is_neutralised', file_text("'" ~ full_width ~ "1'"), "'1'"),
    ('a_tab_before_a_formula_does_not_hide_it', file_text("chr(9) || '=1'"), "'1'"),
    ('only_signs_leave_nothing', file_text("'--'"), missing),
    ('a_name_keeps_its_hyphen', file_text("'Kim-Lee'"), "'Kim-Lee'"),
    ('a_whole_amount_has_no_decimals', money_text('39000'), "'39,000'"),
    ('an_amount_keeps_its_decimals', money_text('12.50'), "'12.5'"),
    ('zeros_between_decimals_stay', money_text('1000000.0500'), "'1,000,000.05'"),
    ('below_a_thousand_there_is_no_comma', money_text('999.9999'), "'999.9999'"),
    ('an_amount_that_is_not_known_is_no_text', money_text('null'), missing),
    ('nothing_is_zero', money_text('0'), "'0'"),
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
