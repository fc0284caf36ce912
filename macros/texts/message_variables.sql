{#- The names of all variables that a template may hold as `#{name}`. -#}
{% macro message_variables() %}
    {{ return(campaign_variables() + (standard_variables() | list)) }}
{% endmacro %}

{#- The names of the variables that the audiences fill; which campaign has which, its model says. -#}
{% macro campaign_variables() %}
    {{ return([
        'customer_name',
        'product_id', 'product_name', 'bought_product_name', 'brand', 'category',
        'price', 'old_price', 'discount_percent', 'stock_left', 'stock_counted_at',
        'coupon_code', 'coupon_value', 'coupon_value_en', 'expires_on', 'points',
        'order_id', 'delivered_on', 'last_ordered_on', 'last_bought_on', 'expected_on',
        'birthday_on', 'amount_missing',
        'grade_name_ko', 'grade_name_en', 'next_grade_name_ko', 'next_grade_name_en',
        'segment_name_ko', 'segment_name_en',
        'ticket_id', 'resolved_on',
        'consent_channels_ko', 'consent_channels_en', 'granted_on', 'due_on',
    ]) }}
{% endmacro %}

{#-
    The variables that every template may use, as a mapping of name to SQL. The currency is that of
    all money (int_as_of, joined as `as_of`), as Korean and English texts write it.
-#}
{% macro standard_variables() %}
    {{ return({
        'sender_name': "'" ~ var('sender_name') ~ "'",
        'opt_out_phone': "'" ~ var('opt_out_phone') ~ "'",
        'shop_url': "'" ~ var('shop_url') ~ "'",
        'unsubscribe_url': "'" ~ var('unsubscribe_url') ~ "'",
        'currency_ko':
            "case when as_of.reporting_currency = 'KRW' then '원' else as_of.reporting_currency end",
        'currency_en': 'as_of.reporting_currency',
    }) }}
{% endmacro %}

{#- The places for variables that one template has: so many different ones can be filled in it. -#}
{% macro template_slots() %}
    {{ return(range(1, 13)) }}
{% endmacro %}
