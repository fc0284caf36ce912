-- the accepted and the refused spellings; fails for each that is judged otherwise
with cases as (

    {%- for email in ["kim@shop.co.kr", "kim.min-su+x@naver.com", "o''brien@a-b.io", "1@a.kr", "a_b%c&d@x.museum"] %}
    select '{{ email }}' as address, {{ is_sendable_email("'" ~ email ~ "'") }} as is_accepted, true as is_valid
    union all
    {%- endfor %}
    {%- for email in ["kim", "kim@shop", "@shop.kr", "kim@@shop.kr", "kim@-shop.kr", "kim@shop-.kr", ".kim@shop.kr", "kim.@shop.kr", "ki..m@shop.kr", "kim@shop..kr", "kim lee@shop.kr", "=kim@shop.kr", "+kim@shop.kr", "-kim@shop.kr", "kim@shop.k", "kim@shop.1a", "김@shop.kr", "kim@shop.kr,lee@shop.kr", "x" * 65 ~ "@shop.kr", "x@" ~ "abcdefghi." * 26 ~ "kr"] %}
    select '{{ email }}' as address, {{ is_sendable_email("'" ~ email ~ "'") }} as is_accepted, false as is_valid
    union all
    {%- endfor %}
    select 'line end' as address, {{ is_sendable_email("'kim@shop.kr' || chr(10)") }} as is_accepted, false as is_valid
    {%- for phone, is_valid in [("+821012345678", true), ("+82101234567", false), ("+8210123456789", false), ("+821112345678", false), ("+8221234567", false), ("+12025550123", false), ("01012345678", false)] %}
    union all
    select '{{ phone }}' as address, {{ is_mobile_phone("'" ~ phone ~ "'") }} as is_accepted, {{ is_valid }} as is_valid
    {%- endfor %}

)

select * from cases
where is_accepted is distinct from is_valid
