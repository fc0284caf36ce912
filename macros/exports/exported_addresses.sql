{#-
    A select of every address in every export, for tests: destination_id, channel and address, as
    campaign_messages writes it (a phone number in E.164) or, for ad platforms, hashed.
-#}
{% macro exported_addresses() -%}
    {%- set columns = [
        ('braze', 'email', 'email'),
        ('braze', 'sms', 'phone'),
        ('klaviyo', 'email', header('Email')),
        ('klaviyo', 'sms', header('Phone Number')),
        ('mailchimp', 'email', header('Email Address')),
        ('listmonk', 'email', 'email'),
        ('kakao_alimtalk', 'kakao', "'+82' || substr(" ~ header('recipientNo') ~ ", 2)"),
        ('kakao_brand', 'kakao', "'+82' || substr(" ~ header('recipientNo') ~ ", 2)"),
        ('aligo', 'kakao', "'+82' || substr(receiver, 2)"),
        ('sms', 'sms', 'phone'),
        ('push', 'push', 'token'),
        ('meta_custom_audience', 'email', 'email'),
        ('meta_custom_audience', 'sms', 'phone'),
        ('google_customer_match', 'email', header('Email')),
        ('google_customer_match', 'sms', header('Phone')),
        ('tiktok', 'email', header('Email_SHA256')),
        ('tiktok', 'sms', header('Phone_SHA256')),
    ] -%}
    {%- for destination_id, channel, address in columns %}
    select
        '{{ destination_id }}' as destination_id,
        '{{ channel }}' as channel,
        {{ address }} as address
    from {{ ref('export_' ~ destination_id) }}
    union all
    {%- endfor %}
    select
        'solapi' as destination_id,
        case when {{ header('kakaoOptions') }} is null then 'sms' else 'kakao' end as channel,
        '+82' || substr({{ header('to') }}, 2) as address
    from {{ ref('export_solapi') }}
{%- endmacro %}

{#-
    A select of channel, contact and address from a relation with channel and contact: the contact
    itself and each hash of it that an export may hold.

    relation: name of the CTE to read.
-#}
{% macro addresses_and_hashes(relation) -%}
    select
        channel,
        contact,
        contact as address
    from {{ relation }}
    union all
    select
        channel,
        contact,
        {{ hashed('contact') }} as address
    from {{ relation }}
    where channel in ('email', 'sms')
    union all
    select
        channel,
        contact,
        {{ hashed('substr(contact, 2)') }} as address
    from {{ relation }}
    where channel = 'sms'
{%- endmacro %}
