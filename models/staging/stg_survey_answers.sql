with source as (

    {{ newest_per_key(
        source('landing', 'survey_answers'),
        key=['answer_id'],
        newest_by='answered_at'
    ) }}

),

renamed as (

    select
        -- keys
        answer_id,
        customer_id,
        survey_id,
        question_code,

        -- amounts
        score,

        -- times
        answered_at,

        -- deliveries
        duplicate_count
    from source

)

select * from renamed
