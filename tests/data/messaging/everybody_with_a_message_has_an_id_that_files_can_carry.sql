{{ config(severity = 'warn') }}
-- one row per person who is in no file for the id, said with an example where the test is run
{%- set left_out -%}
    select distinct customer_id
    from {{ ref('campaign_messages') }}
    where not {{ is_id_for_files('campaign_id', 'customer_id') }}
{%- endset -%}
{%- set counted = 'select count(*), min(customer_id) from (' ~ left_out ~ ') as left_out' -%}
{%- if execute and flags.WHICH in ('build', 'test') -%}
    {%- set people, example = run_query(counted).rows[0].values() -%}
    {%- if people -%}
        {%- do exceptions.warn(
            people ~ (' person has' if people == 1 else ' people have') ~ ' a message today and an'
            ~ ' id that files cannot carry, so they are in none, such as ' ~ tojson(example[:60])
            ~ ' (docs/messaging.md, What a file can carry). Give them another customer_id in RAW.'
        ) -%}
    {%- endif -%}
{%- endif %}

{{ left_out }}
