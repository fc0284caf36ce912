{#- The channel whose consent covers a message: a long or picture message (lms, mms) is an sms. -#}
{% macro consent_channel(channel) -%}
    case when {{ channel }} in ('lms', 'mms') then 'sms' else {{ channel }} end
{%- endmacro %}
