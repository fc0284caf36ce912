{#- How many events of a group have a name (bigint). name: an event name of the contract. -#}
{% macro count_events(name) -%}
    count(case when event_name = '{{ name }}' then 1 end)
{%- endmacro %}

{#- When the first event with a name happened in a group; null when none did. -#}
{% macro first_event(name) -%}
    min(case when event_name = '{{ name }}' then occurred_at end)
{%- endmacro %}

{#- When the last event with a name happened in a group; null when none did. -#}
{% macro last_event(name) -%}
    max(case when event_name = '{{ name }}' then occurred_at end)
{%- endmacro %}

{#- When the nth event with a name happened in a group; null when there were fewer. n: from 1. -#}
{% macro nth_event(name, n) -%}
    {{ nth_smallest("case when event_name = '" ~ name ~ "' then occurred_at end", n) }}
{%- endmacro %}
