{#-
    NHN's `resendParameter` of a message as JSON text: the text message that goes out when Kakao
    can't deliver. Where none may, it says so, since the provider's own setting would otherwise
    decide. Said of a row of campaign_destinations.

    unsubscribe_phone: the free number to opt out by, for advertising; none for other messages.
-#}
{% macro resend_parameter(unsubscribe_phone=none) -%}
    case
        when fallback_type is null then '{"isResend":false}'
        else
            '{"isResend":true,"resendType":"' || fallback_type || '"'
            || coalesce(',"resendTitle":' || {{ quoted_json(message_text('fallback_title')) }}, '')
            || ',"resendContent":' || {{ json_string(message_text('fallback_body')) }}
            || ',"resendSendNo":"{{ var("sms_sender_phone") }}"
            {%- if unsubscribe_phone %},"resendUnsubscribeNo":"{{ unsubscribe_phone }}"{% endif %}}'
    end
{%- endmacro %}
