{#-
    A whole number from 0 to 999999 by which a person falls into an arm: a hash of the variable
    `assignment_salt`, a scope and the person. The same for ever, and unrelated between scopes.

    scope: SQL of a text, such as `'shop'`.
-#}
{% macro hash_bucket(scope, customer_id) -%}
    ({{ hash_number(
        "'" ~ var('assignment_salt') ~ "|' || " ~ scope ~ " || '|' || " ~ customer_id
    ) }} % 1000000)
{%- endmacro %}

{#-
    Whether the hash holds a person out: the bucket is below the share.

    scope: SQL of a text. share: SQL of a decimal from 0 to 1.
-#}
{% macro is_held_out(scope, customer_id, share) -%}
    {{ hash_bucket(scope, customer_id) }} < cast(cast({{ share }} as decimal(19, 6)) * 1000000 as bigint)
{%- endmacro %}
