-- no brace is left once every known variable is taken out
with templates as (

    select * from {{ ref('message_templates') }}

),

texts as (

    select
        template_id,
        variant,
        language,
        coalesce(title, '') || body || coalesce(link, '') as whole_text
    from templates

),

judged as (

    select
        template_id,
        variant,
        language,
        {{ regex_replace('whole_text', '#[{](' ~ message_variables() | join('|') ~ ')[}]', '') }}
            as text_without_variables,
        {%- for name in campaign_variables() %}
        case when contains(whole_text, '#{{ "{" ~ name ~ "}" }}') then 1 else 0 end
        {{- ' +' if not loop.last }}
        {%- endfor %} as variable_count
    from texts

)

select * from judged
where
    contains(text_without_variables, '{')
    or contains(text_without_variables, '}')
    or variable_count > {{ template_slots() | length }}
