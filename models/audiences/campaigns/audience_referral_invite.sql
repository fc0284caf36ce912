with customer_segments as (

    select * from {{ ref('customer_segments') }}

),

survey_answers as (

    select * from {{ ref('int_survey_answers') }}

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

customers as (

    select * from {{ ref('customers') }}

),

champions as (

    select
        customer_id,
        {{ day_begins_at('segment_changed_on') }} as champion_at
    from customer_segments
    where segment_code = 'champions'

),

ranked_answers as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by answered_at desc, answer_id desc
        ) as newest_number
    from survey_answers
    where question_code = 'nps'

),

promoters as (

    select *
    from ranked_answers
    where newest_number = 1 and score >= 9

),

triggers as (

    select
        journey_stages.customer_id,
        coalesce(promoters.answer_id, 'champions') as trigger_key,
        coalesce(promoters.answered_at, champions.champion_at) as triggered_at
    from journey_stages
    left join champions on journey_stages.customer_id = champions.customer_id
    left join promoters on journey_stages.customer_id = promoters.customer_id
    where
        not journey_stages.is_referral
        and (champions.customer_id is not null or promoters.customer_id is not null)

),

members as (

    select
        'referral_invite' as campaign_id,
        triggers.customer_id,
        triggers.trigger_key,
        triggers.triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
