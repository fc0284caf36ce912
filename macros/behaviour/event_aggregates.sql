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

{#- When the nth event with a name happened in a group; null when there were fewer. n: 1 to 3. -#}
{% macro nth_event(name, n) -%}
    {{ nth_smallest("case when event_name = '" ~ name ~ "' then occurred_at end", n) }}
{%- endmacro %}

{#-
    Which stretch of `session_gap_minutes` a time falls into, counted from year 1 (bigint). Events of
    one visitor in one stretch are of one session: no gap between them is long enough to end it.

    timestamp: SQL of a UTC timestamp.
-#}
{% macro event_slot(timestamp) -%}
    {{ whole_division(
        epoch_microseconds(timestamp) ~ ' + 62135596800000000', var('session_gap_minutes') | int * 60000000
    ) }}
{%- endmacro %}

{#-
    The first three times of a group of rows that hold the first three of their own, in the columns
    `first_<name>`, `second_<name>` and `third_<name>`, null where there are fewer: aggregates, which
    `first_three` turns into columns of the same names.

    name: what happened at these times.
-#}
{% macro first_three_aggregates(name) -%}
    {{ nth_smallest('first_' ~ name, 1) }} as smallest_first,
    {{ nth_smallest('first_' ~ name, 2) }} as next_first,
    {{ nth_smallest('first_' ~ name, 3) }} as last_first,
    min(second_{{ name }}) as smallest_second,
    min(third_{{ name }}) as smallest_third
{%- endmacro %}

{#-
    The columns `first_<name>`, `second_<name>` and `third_<name>` of first_three_aggregates. Of the
    rows' seconds only the smallest can be among the three, and so of their thirds: before a second
    lies the first of its own row.

    name: as above.
-#}
{% macro first_three(name) -%}
    smallest_first as first_{{ name }},
    least(next_first, smallest_second) as second_{{ name }},
    least(
        case
            when next_first is not null and smallest_second is not null
                then greatest(next_first, smallest_second)
        end,
        last_first,
        smallest_third
    ) as third_{{ name }}
{%- endmacro %}
