{#-
    Whether the files of every destination can carry a person's id as it stands. Some can't: text
    that a spreadsheet would run (a phone number in E.164 and a number below zero it would not),
    with control or direction-changing characters or none to be seen, or of more bytes than fit
    beside the campaign into the 100 characters of Kakao's recipientGroupingKey.
-#}
{% macro is_id_for_files(campaign_id, customer_id) -%}
    {%- set blanks = ' \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000' -%}
    (
        {{ byte_length(campaign_id ~ " || ':' || " ~ customer_id) }} <= 100
        and {{ plain_text(customer_id) }} = {{ customer_id }}
        and {{ matches(customer_id, '[^' ~ blanks ~ ']') }}
        and (
            coalesce({{ file_text(customer_id) }} = {{ customer_id }}, false)
            or {{ matches(customer_id, '^([+][0-9]{8,15}|-[0-9]+)$') }}
        )
    )
{%- endmacro %}
