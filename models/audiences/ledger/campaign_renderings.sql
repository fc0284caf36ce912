{%- set slots = template_slots() -%}
{%- set texts = ['title', 'body', 'link'] -%}

with drafts as (

    select * from {{ ref('campaign_drafts') }}

),

templates as (

    select * from {{ ref('campaign_templates') }}

),

filled as (

    select
        {%- for slot in slots %}
        {%- set variable = 'templates.variable_' ~ slot %}
        case
            when {{ variable }} is not null
                then coalesce({{ json_text('drafts.parameters', variable) }}, '')
        end as value_{{ slot }},
        {{ variable }},
        {%- endfor %}
        drafts.*,
        templates.template_code,
        templates.claims,
        templates.title as title_template,
        templates.body as body_template,
        templates.link as link_template
    from drafts
    left join templates
        on
            drafts.template_id = templates.template_id
            and drafts.variant = templates.variant
            and drafts.language = templates.language

),

-- slots fill in order, and five of six default templates need three at most
begun as (

    select
        {%- for text in texts %}
        {{ rendered_text(text ~ '_template', slots[:3], is_link=text == 'link') }}
            as begun_{{ text }},
        {%- endfor %}
        *
    from filled

),

rendered as (

    select
        *,
        {%- for text in texts %}
        case
            when variable_{{ slots[3] }} is null then begun_{{ text }}
            else {{ rendered_text('begun_' ~ text, slots[3:], is_link=text == 'link') }}
        end as {{ text }},
        {%- endfor %}
        case
            {%- for slot in slots %}
            when value_{{ slot }} = '' then variable_{{ slot }}
            {%- endfor %}
        end as empty_variable
    from begun

),

judged as (

    select
        campaign_id,
        customer_id,
        channel,
        is_ad,
        is_kakao_friend,
        allows_lms,
        template_id,
        template_code,
        language,
        title,
        body,
        link,
        parameters,
        case
            when language is null
                then
                    'there is no template ' || coalesce(template_id, 'for the channel')
                    || ' in ' || wanted_language
            when empty_variable is not null then 'variable ' || empty_variable || ' is empty'
            when contains(title || body || link, '#{{ "{" }}')
                then 'the template has a variable that cannot be filled'
            when contains(claims, 'low_stock') and not {{ has_low_stock() }}
                then 'the text says that few are left, and no stock count of the last day says so'
            when contains(claims, 'ends_today') and not {{ ends_today() }}
                then 'the text says that the offer ends today, and it does not'
            when {{ has_ended() }} then 'the offer has ended when the message arrives'
        end as problem
    from rendered

)

select * from judged
