{#-
    Which hours forbid a message: none of them (information, e-mail, and who consented to be
    advertised to at night), the night of the law, or that of Kakao's brand messages, which no consent
    opens and which is never the shorter one.
-#}
{% macro night_rule(channel, is_ad, has_night_consent) -%}
    case
        when not {{ is_ad }} or {{ channel }} = 'email' then 'none'
        when {{ channel }} = 'kakao' then 'kakao_night'
        when {{ has_night_consent }} then 'none'
        else 'night'
    end
{%- endmacro %}
