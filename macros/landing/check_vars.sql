{#-
    Refuses a variable that is not what it should be, before anything of it reaches SQL.
    Variables come from dbt_project.yml, `--vars` and, through make, from the command line.
-#}
{% macro check_vars() %}
    {% set patterns = {
        'raw': ['^[^\'"`;\\\\*?\\[\\]{}$\\x00-\\x1f]*$', 'a folder, without quotes, backslashes, wildcards or semicolons'],
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
    } %}
    {% for name, rule in patterns.items() %}
        {% if not modules.re.match(rule[0], var(name) | string) or '\n' in var(name) | string %}
            {% do exceptions.raise_compiler_error(
                "The variable `" ~ name ~ "` is " ~ (var(name) | string | tojson) ~ "; it must be " ~ rule[1] ~ "."
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
