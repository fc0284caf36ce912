{%- set channel_names = {
    'email': {'ko': '이메일', 'en': 'e-mail'},
    'sms': {'ko': '문자', 'en': 'text message'},
    'push': {'ko': '앱 푸시', 'en': 'app push'},
    'kakao': {'ko': '카카오톡', 'en': 'KakaoTalk'},
} -%}

with consent_states as (

    select * from {{ ref('consent_states') }}

),

sent_messages as (

    select * from {{ ref('int_sent_messages') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- a notice goes out on the day after its plan's, and names what is due in the 30 days after that
recently_told as (

    select
        sent_messages.customer_id,
        max({{ add_days(local_date('sent_messages.sent_at'), 29) }}) as told_until
    from sent_messages
    inner join as_of
        on {{ days_between(local_date('sent_messages.sent_at'), 'as_of.as_of_date') }} < 60
    where sent_messages.campaign_id = 'consent_reconfirm'
    group by sent_messages.customer_id

),

due_consents as (

    select consent_states.*
    from consent_states
    left join recently_told on consent_states.customer_id = recently_told.customer_id
    where
        consent_states.purpose = 'marketing'
        and (consent_states.is_notice_overdue or consent_states.is_notice_due_soon)
        -- unsubscribing ended the consent for good
        and coalesce(consent_states.suppression_reason, '') not in ('unsubscribed', 'complaint')
        and (
            recently_told.told_until is null
            or consent_states.notice_due_on > recently_told.told_until
        )

),

due_people as (

    select
        customer_id,
        min(notice_due_on) as due_on,
        min(granted_at) as granted_at,
        min(coalesce(reconfirmed_at, granted_at)) as confirmed_at,
        substr(
            {%- for channel, name in channel_names.items() %}
            max(case when channel = '{{ channel }}' then ', {{ name.ko }}' else '' end)
            {{ '||' if not loop.last }}
            {%- endfor %},
            3
        ) as channels_ko,
        substr(
            {%- for channel, name in channel_names.items() %}
            max(case when channel = '{{ channel }}' then ', {{ name.en }}' else '' end)
            {{ '||' if not loop.last }}
            {%- endfor %},
            3
        ) as channels_en
    from due_consents
    group by customer_id

),

triggers as (

    select
        due_people.*,
        {{ local_date('due_people.granted_at') }} as granted_on
    from due_people

),

members as (

    select
        'consent_reconfirm' as campaign_id,
        triggers.customer_id,
        cast(triggers.due_on as string) as trigger_key,
        triggers.confirmed_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'consent_channels_ko': 'triggers.channels_ko',
            'consent_channels_en': 'triggers.channels_en',
            'granted_on': 'triggers.granted_on',
            'due_on': 'triggers.due_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
