{#-
    Whether the parameters of a draft (a row of campaign_drafts) bear out that few are left: 1 piece
    to the campaign's bound, counted in the 24 hours before the message.
-#}
{% macro has_low_stock() -%}
    {%- set stock_left -%} try_cast({{ json_text('parameters', "'stock_left'") }} as int) {%- endset -%}
    {%- set counted_at -%}
        try_cast({{ json_text('parameters', "'stock_counted_at'") }} as timestamp)
    {%- endset -%}
    coalesce(
        {{ stock_left }} between 1 and stock_bound
        and planned_at between {{ counted_at }} and {{ add_minutes(counted_at, 24 * 60) }},
        false
    )
{%- endmacro %}

{#-
    Whether the parameters of a draft bear out that the offer ends on the local day of the message.
-#}
{% macro ends_today() -%}
    coalesce(
        try_cast({{ json_text('parameters', "'expires_on'") }} as date) = {{ local_date('planned_at') }},
        false
    )
{%- endmacro %}

{#-
    Whether the parameters of a draft say that the offer has ended (`expires_at`, UTC) when the
    message arrives.
-#}
{% macro has_ended() -%}
    coalesce(
        try_cast({{ json_text('parameters', "'expires_at'") }} as timestamp) <= planned_at,
        false
    )
{%- endmacro %}
