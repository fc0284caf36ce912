{#-
    What the law wants at the beginning of advertising (Network Act 50 (4), Decree, table 6): of the
    text by sms, of the title by push, of the subject of an e-mail. Kakao labels brand messages.
-#}
{% macro advertising_label(channel) -%}
    case {{ channel }}
        when 'sms' then '(광고){{ var("sender_name") }} '
        when 'push' then '(광고){{ var("sender_name") }} '
        when 'email' then '(광고) '
        else ''
    end
{%- endmacro %}

{#-
    What the law wants at the end of advertising: how to say no, free of charge; in an e-mail in
    Korean and in English. Kakao adds its own to brand messages.
-#}
{% macro advertising_opt_out(channel) -%}
    case {{ channel }}
        when 'sms' then chr(10) || '무료수신거부 {{ var("opt_out_phone") }}'
        when 'push' then chr(10) || '무료수신거부 {{ var("opt_out_phone") }}'
        when 'email' then chr(10) || chr(10) || '수신거부(Unsubscribe): {{ var("unsubscribe_url") }}'
        else ''
    end
{%- endmacro %}
