with plans as (

    select * from {{ ref('campaign_plans') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

templates as (

    select * from {{ ref('campaign_templates') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

standard as (

    select {{ template_variables(standard_variables()) }} as variables from as_of

),

planned as (

    select
        plans.campaign_id,
        plans.customer_id,
        plans.channel,
        case plans.channel
            when 'email' then campaigns.email_template_id
            when 'sms' then campaigns.sms_template_id
            when 'push' then campaigns.push_template_id
            when 'kakao' then campaigns.kakao_template_id
        end as template_id,
        plans.arm,
        coalesce(plans.language, '{{ var("default_language") }}') as wanted_language,
        plans.is_ad,
        plans.planned_at,
        plans.is_kakao_friend,
        campaigns.allows_lms,
        campaigns.stock_bound,
        {{ message_parameters('plans.variables', 'standard.variables') }} as parameters
    from plans
    inner join campaigns on plans.campaign_id = campaigns.campaign_id
    cross join standard
    where plans.arm <> 'control'

),

wanted as (

    select distinct
        template_id,
        arm,
        wanted_language
    from planned

),

ranked_templates as (

    select
        wanted.template_id,
        wanted.arm,
        wanted.wanted_language,
        templates.variant,
        templates.language,
        row_number() over (
            partition by wanted.template_id, wanted.arm, wanted.wanted_language
            order by
                case when templates.language = wanted.wanted_language then 1 else 2 end asc,
                case when templates.variant = wanted.arm then 1 else 2 end asc
        ) as choice
    from wanted
    inner join templates
        on
            wanted.template_id = templates.template_id
            and templates.language in (wanted.wanted_language, '{{ var("default_language") }}')
            and templates.variant in ('', wanted.arm)

),

chosen as (

    select
        planned.campaign_id,
        planned.customer_id,
        planned.channel,
        planned.is_ad,
        planned.planned_at,
        planned.is_kakao_friend,
        planned.allows_lms,
        planned.stock_bound,
        planned.template_id,
        planned.wanted_language,
        templates.variant,
        templates.language,
        planned.parameters
    from planned
    left join ranked_templates as templates
        on
            planned.template_id = templates.template_id
            and planned.arm = templates.arm
            and planned.wanted_language = templates.wanted_language
            and templates.choice = 1

)

select * from chosen
