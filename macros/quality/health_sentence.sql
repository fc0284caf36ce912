{#-
    SQL of what a row of health_checks says, without its table: how much or how fresh, and what is
    usual. It reads the columns check_name, checked_from, checked_until, row_count, usual,
    usual_basis and measure.
-#}
{% macro health_sentence() -%}
    case check_name
        when 'volume'
            then case when row_count = 0 then 'none' else {{ grouped_number('row_count') }} end
            || ' on ' || cast(checked_until as string) || ', usually '
            || {{ grouped_number('cast(usual as bigint)') }}
            || case when usual_basis = 'weekday' then ' on a ' || {{ weekday_name('checked_until') }} else ' a day' end
            {%- if not var('as_of') %} || ' by the same time of day' {%- endif %}
            || case when row_count > 0 then ': ' || {{ whole_percent('measure') }} || ' of the usual' else '' end
        when 'freshness'
            then case
                when measure = 0 then 'the newest is of ' || cast(checked_until as string)
                else 'nothing after ' || cast(checked_from as string) || ', ' || {{ days_text('measure') }}
                    || ' before ' || cast(checked_until as string)
                    || '; in the eight weeks before, days with rows were at most ' || {{ days_text('usual') }} || ' apart'
            end
        when 'late_share'
            then {{ percent('measure') }} || ' of ' || {{ grouped_number('row_count') }} || ' from '
            || cast(checked_from as string) || ' to ' || cast(checked_until as string)
            || ' came more than {{ var("late_days") }} days late'
        when 'rejected_share'
            then {{ percent('measure') }} || ' of ' || {{ grouped_number('row_count') }} || ' of '
            || cast(checked_until as string) || ' rejected, usually ' || {{ percent('usual') }}
    end
{%- endmacro %}

{#- A share as text with one decimal: 12.5 %. share: SQL of a double. -#}
{% macro percent(share) -%}
    cast(cast(100 * {{ share }} as decimal(38, 1)) as string) || ' %'
{%- endmacro %}

{#- A share as text in whole percent: 48 %. share: SQL of a double. -#}
{% macro whole_percent(share) -%}
    cast(cast(100 * {{ share }} as decimal(38, 0)) as string) || ' %'
{%- endmacro %}

{#- A number of days as text: 1 day, 5 days. days: SQL of a whole number. -#}
{% macro days_text(days) -%}
    cast(cast({{ days }} as int) as string) || case when {{ days }} = 1 then ' day' else ' days' end
{%- endmacro %}

{#- The English name of the weekday of a date from 1900 on. -#}
{% macro weekday_name(date) -%}
    case {{ days_between("date '1900-01-01'", date) }} % 7
        when 0 then 'Monday' when 1 then 'Tuesday' when 2 then 'Wednesday' when 3 then 'Thursday'
        when 4 then 'Friday' when 5 then 'Saturday' else 'Sunday'
    end
{%- endmacro %}
