with drafts as (

    select * from {{ ref('campaign_drafts') }}

),

assembled as (

    select
        *,
        coalesce(title_template, '') || coalesce(body_template, '')
        || coalesce(link_template, '') as whole_template
    from drafts

),

filled as (

    -- a variable that the template does not use has no value
    select
        {%- for name in message_variables() %}
        case
            when contains(whole_template, '{{ variable_mark(name) }}')
                then coalesce({{ json_text('parameters', name) }}, '')
        end as {{ name }}_value,
        {%- endfor %}
        assembled.*
    from assembled

),

rendered as (

    select
        *,
        {{ rendered_text('title_template', message_variables()) }} as title,
        {{ rendered_text('body_template', message_variables()) }} as body,
        {{ rendered_text('link_template', link_variables(), is_link=true) }} as link,
        case
            {%- for name in message_variables() %}
            when {{ name }}_value = '' then '{{ name }}'
            {%- endfor %}
        end as empty_variable,
        contains(claims, 'low_stock') as claims_low_stock,
        contains(claims, 'ends_today') as claims_ends_today,
        try_cast({{ json_text('parameters', 'stock_left') }} as int) as stock_left,
        try_cast({{ json_text('parameters', 'stock_counted_at') }} as timestamp) as counted_at,
        try_cast({{ json_text('parameters', 'expires_on') }} as date) as expires_on
    from filled

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
            when contains(coalesce(title, '') || coalesce(body, '') || coalesce(link, ''), '#{{ "{" }}')
                then 'the template has a variable that is not known'
            when
                claims_low_stock and not coalesce(
                    stock_left between 1 and stock_bound
                    and planned_at between counted_at and {{ add_minutes('counted_at', 24 * 60) }},
                    false
                )
                then 'the text says that few are left, and no stock count of the last day says so'
            when
                claims_ends_today
                and not coalesce(expires_on = {{ local_date('planned_at') }}, false)
                then 'the text says that the coupon ends today, and it does not'
        end as problem
    from rendered

)

select * from judged
