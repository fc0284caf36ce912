{#-
    The longest text of a kind of message (message_type): bytes in CP949 for sms and lms, characters
    for Kakao; null where nothing limits it.
-#}
{% macro text_limit(message_type) -%}
    case {{ message_type }}
        when 'sms' then 90
        when 'lms' then 2000
        when 'alimtalk' then 1000
        when 'brand_friend' then 1300
        when 'brand_other' then 1300
    end
{%- endmacro %}

{#- The characters that no message may hold, whatever its channel: see plain_text. -#}
{% macro has_unprintable(text) -%}
    {{ matches(text, '[^\n -~\u00a0-\U0010ffff]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]') }}
{%- endmacro %}
