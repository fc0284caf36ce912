with survey_answers as (

    select * from {{ ref('stg_survey_answers') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select
        survey_answers.answer_id,
        identities.customer_id,
        survey_answers.survey_id,
        survey_answers.question_code,
        survey_answers.score,
        survey_answers.answered_at
    from survey_answers
    inner join identities
        on
            survey_answers.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on survey_answers.answered_at < as_of.as_of_ends_at

)

select * from known
