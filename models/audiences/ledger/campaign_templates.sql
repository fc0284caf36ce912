{{ config(materialized='table') }}

with templates as (

    select * from {{ ref('message_templates') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

filled as (

    select
        templates.template_id,
        coalesce(templates.variant, '') as variant,
        templates.language,
        nullif(templates.template_code, '') as template_code,
        {{ with_standard_variables("coalesce(templates.title, '')") }} as title,
        -- a spreadsheet may have saved the seed with its own line ends
        {{ with_standard_variables("replace(templates.body, chr(13), '')") }} as body,
        {{ with_standard_variables("coalesce(templates.link, '')") }} as link,
        coalesce(templates.claims, '') as claims
    from templates
    cross join as_of

),

variables as (

    {%- for name in campaign_variables() %}
    select
        '{{ name }}' as name,
        '#{{ "{" ~ name ~ "}" }}' as mark
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

used as (

    select
        filled.template_id,
        filled.variant,
        filled.language,
        variables.name,
        row_number() over (
            partition by filled.template_id, filled.variant, filled.language
            order by variables.name asc
        ) as slot
    from filled
    inner join variables
        on contains(filled.title || filled.body || filled.link, variables.mark)

),

slots as (

    select
        template_id,
        variant,
        {%- for slot in template_slots() %}
        max(case when slot = {{ slot }} then name end) as variable_{{ slot }},
        {%- endfor %}
        language
    from used
    group by template_id, variant, language

),

final as (

    select
        filled.template_id,
        filled.variant,
        filled.language,
        filled.template_code,
        filled.title,
        filled.body,
        filled.link,
        {%- for slot in template_slots() %}
        slots.variable_{{ slot }},
        {%- endfor %}
        filled.claims
    from filled
    left join slots
        on
            filled.template_id = slots.template_id
            and filled.variant = slots.variant
            and filled.language = slots.language

)

select * from final
