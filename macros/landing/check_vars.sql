{#-
    Refuses a variable that is not what it should be, before anything of it reaches SQL.
    Variables come from dbt_project.yml, `--vars` and, through make, from the command line.

    dbt renders the text of a variable wherever var() asks for it, with all that a macro can do. So
    those of the command line are looked at before var() is, and Jinja in them is refused.
-#}
{% macro check_vars() %}
    {% for name, value in (invocation_args_dict.get('vars') or {}).items() if modules.re.search('[{][{%#]', value | string) %}
        {% do exceptions.raise_compiler_error(
            "The variable `" ~ name ~ "` is " ~ ((value | string)[:200] | tojson)
            ~ "; it must be a value, without Jinja in it, which dbt would run."
        ) %}
    {% endfor %}
    {% set patterns = {
        'raw': ['^[^\'"`;\\\\*?\\[\\]{}$\\x00-\\x1f]{0,1000}$', 'a folder, without quotes, backslashes, wildcards or semicolons'],
        'as_of': ['^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$', 'a day as YYYY-MM-DD'],
        'reporting_currency': ['^([A-Z]{3})?$', 'a currency code of three capitals, such as KRW'],
        'reporting_timezone': ['^[A-Za-z0-9_+/-]{1,64}$', 'a time zone name, such as Asia/Seoul'],
        'source_timezone': ['^[A-Za-z0-9_+/-]{1,64}$', 'a time zone name, such as UTC'],
        'phone_country_code': ['^[1-9][0-9]{0,2}$', 'a country code, such as 82'],
        'max_rejected_share': ['^(0([.][0-9]+)?|1([.]0+)?)$', 'a share from 0 to 1'],
        'max_customers_per_contact': ['^[1-9][0-9]{0,5}$', 'a whole number from 1'],
        'max_customers_per_device': ['^[1-9][0-9]{0,5}$', 'a whole number from 1'],
        'session_gap_minutes': ['^[1-9][0-9]{0,3}$', 'a whole number of minutes from 1'],
        'late_days': ['^[0-9]{1,4}$', 'a whole number of days'],
        'rfm_window_days': ['^[1-9][0-9]{0,4}$', 'a whole number of days from 1'],
        'rfm_cut_offset': ['^[0-9]{1,9}([.][0-9]{1,4})?$', 'a number of at least 0'],
        'activation_days': ['^[0-9]{1,4}$', 'a whole number of days'],
        'retention_days': ['^[1-9][0-9]{0,3}$', 'a whole number of days from 1'],
        'value_min_buyers': ['^[1-9][0-9]{0,8}$', 'a whole number from 1'],
        'value_min_history_days': ['^[1-9][0-9]{0,4}$', 'a whole number of days from 1'],
        'value_max_idle_days': ['^[0-9]{1,4}$', 'a whole number of days'],
        'value_backtest_days': ['^[1-9][0-9]{0,3}$', 'a whole number of days from 1'],
        'contribution_margin_share': ['^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$', 'a share from 0 to 1 with at most 6 decimals'],
        'abc_a_share': ['^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$', 'a share from 0 to 1 with at most 6 decimals'],
        'abc_b_share': ['^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$', 'a share from 0 to 1 with at most 6 decimals'],
        'sender_name': ['^[^\'"`;\\\\{}#$\\x00-\\x1f]{1,40}$', 'a name of at most 40 characters, without quotes, semicolons, backslashes, braces, # or $'],
        'sms_sender_phone': ['^[0-9]{8,12}$', 'a phone number of digits only, such as 0212345678'],
        'opt_out_phone': ['^080-?[0-9]{3,4}-?[0-9]{4}$', 'a free number of the form 080-000-0000'],
        'shop_url': ['^https://[A-Za-z0-9._~:/?=&%+-]{3,200}$', 'an address that begins with https://'],
        'unsubscribe_url': ['^https://[A-Za-z0-9._~:/?=&%+-]{3,200}$', 'an address that begins with https://'],
        'kakao_sender_key': ['^[A-Za-z0-9_@.-]{1,64}$', 'a key of letters and digits'],
        'kakao_channel_id': ['^[A-Za-z0-9_@.-]{1,64}$', 'a channel id of letters and digits'],
        'default_language': ['^[a-z]{2}$', 'a language of two small letters, such as ko'],
        'guardian_age': ['^[0-9]{1,2}$', 'an age in years'],
        'night_begins': ['^([01][0-9]|2[0-3]):[0-5][0-9]$', 'a time of day as HH:MM'],
        'night_ends': ['^([01][0-9]|2[0-3]):[0-5][0-9]$', 'a time of day as HH:MM'],
        'kakao_night_begins': ['^([01][0-9]|2[0-3]):[0-5][0-9]$', 'a time of day as HH:MM'],
        'consent_notice_years': ['^[1-9][0-9]?$', 'a whole number of years from 1'],
        'result_notice_days': ['^[0-9]{1,3}$', 'a whole number of days'],
        'refusal_pause_days': ['^[0-9]{1,3}$', 'a whole number of days'],
        'allow_transaction_exception': ['^(True|False|true|false)$', 'true or false'],
        'block_unconfirmed': ['^(True|False|true|false)$', 'true or false'],
        'kakao_brand_target': ['^[IMN]$', 'I, M or N'],
        'kakao_friend_count': ['^[0-9]{1,9}$', 'a whole number'],
        'erasure_ticket_category': ['^[^\'"`;\\\\{}$\\x00-\\x1f]{1,60}$', 'a category of tickets, without quotes, semicolons, backslashes, braces or $'],
        'assignment_salt': ['^[A-Za-z0-9_.-]{1,64}$', 'up to 64 letters, digits, dots, hyphens and underscores'],
        'global_holdout_share': ['^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$', 'a share from 0 to 1 with at most 6 decimals'],
        'best_hour_min_moments': ['^[1-9][0-9]{0,3}$', 'a whole number from 1'],
        'max_age_hours': ['^[1-9][0-9]{0,3}$', 'a whole number of hours from 1'],
    } %}
    {% for name, rule in patterns.items() %}
        {% if not modules.re.match(rule[0], var(name) | string) or '\n' in var(name) | string %}
            {% do exceptions.raise_compiler_error(
                "The variable `" ~ name ~ "` is " ~ ((var(name) | string)[:200] | tojson) ~ "; it must be " ~ rule[1] ~ "."
            ) %}
        {% endif %}
    {% endfor %}
    {% if var('as_of') %}
        {% set day = run_query("select try_cast('" ~ var('as_of') ~ "' as date)").columns[0].values()[0] %}
        {% if day is none %}
            {% do exceptions.raise_compiler_error(
                "The variable `as_of` is \"" ~ var('as_of') ~ "\"; there is no such day."
            ) %}
        {% endif %}
    {% endif %}
    {% if var('kakao_brand_target') != 'I' and var('kakao_friend_count') | int < 50000 %}
        {% do exceptions.raise_compiler_error(
            "The variable `kakao_brand_target` is \"" ~ var('kakao_brand_target')
            ~ "\", which Kakao allows from 50,000 friends; the variable `kakao_friend_count` is "
            ~ var('kakao_friend_count') ~ "."
        ) %}
    {% endif %}
    {% for name in ['reporting_timezone', 'source_timezone'] %}
        {% do check_timezone(name) %}
    {% endfor %}
{% endmacro %}

{#- Refuses a time zone that the engine doesn't know. name: the variable that holds it. -#}
{% macro check_timezone(name) %}
    {{ adapter.dispatch('check_timezone', 'dangol')(name) }}
{% endmacro %}

{% macro duckdb__check_timezone(name) %}
    {% set known = run_query(
        "select count(*) from pg_timezone_names() where name = '" ~ var(name) ~ "'"
    ).columns[0].values()[0] %}
    {% if known == 0 %}
        {% do exceptions.raise_compiler_error(
            "The variable `" ~ name ~ "` is \"" ~ var(name) ~ "\"; no such time zone is known. Names look like Asia/Seoul."
        ) %}
    {% endif %}
{% endmacro %}

{#- Spark has no list of zones; an unknown one stops here with Spark's own message. -#}
{% macro spark__check_timezone(name) %}
    {% do run_query("select from_utc_timestamp(timestamp '2000-01-01 00:00:00', '" ~ var(name) ~ "')") %}
{% endmacro %}
