-- the accepted and the refused spellings; fails for each that is judged otherwise
{%- set good_emails = [
    "kim@shop.co.kr", "kim.min-su+x@naver.com", "o''brien@a-b.io", "1@a.kr", "a_b%c&d@x.museum",
] -%}
{%- set bad_emails = [
    "kim", "kim@shop", "@shop.kr", "kim@@shop.kr", "kim@-shop.kr", "kim@shop-.kr", ".kim@shop.kr",
    "kim.@shop.kr", "ki..m@shop.kr", "kim@shop..kr", "kim lee@shop.kr", "=kim@shop.kr",
    "+kim@shop.kr", "-kim@shop.kr", "kim@shop.k", "kim@shop.1a", "김@shop.kr",
    "kim@shop.kr,lee@shop.kr", "x" * 65 ~ "@shop.kr", "x@" ~ "abcdefghi." * 26 ~ "kr",
] -%}
{%- set good_phones = ["+821012345678"] -%}
{%- set bad_phones = [
    "+82101234567", "+8210123456789", "+821112345678", "+8221234567", "+12025550123", "01012345678",
] %}

with emails as (

    {%- for email in good_emails %}
    select '{{ email }}' as email, true as is_valid
    union all
    {%- endfor %}
    {%- for email in bad_emails %}
    select '{{ email }}' as email, false as is_valid
    union all
    {%- endfor %}
    select
        'kim@shop.kr' || chr(10) as email,
        false as is_valid

),

phones as (

    {%- for phone in good_phones %}
    select '{{ phone }}' as phone, true as is_valid
    {%- endfor %}
    {%- for phone in bad_phones %}
    union all
    select '{{ phone }}' as phone, false as is_valid
    {%- endfor %}

),

judged as (

    select
        email as address,
        is_valid,
        {{ is_sendable_email('email') }} as is_accepted
    from emails
    union all
    select
        phone as address,
        is_valid,
        {{ is_mobile_phone('phone') }} as is_accepted
    from phones

)

select * from judged
where is_accepted is distinct from is_valid
