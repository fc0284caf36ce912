{#-
    Whether a destination may be told that a person subscribes to a channel: consent holds, nothing
    suppresses it and no guardian is missing. Said of a row of int_message_permissions; an address
    is not needed, since the destination may know one.
-#}
{% macro is_subscribed() -%}
    (has_marketing_consent and not is_suppressed and not is_under_age)
{%- endmacro %}
