with templates as (

    select * from {{ ref('message_templates') }}

),

without_their_code as (

    select
        template_id,
        template_code
    from templates
    where
        case
            when channel = 'kakao' then coalesce(length(template_code), 0) not between 1 and 20
            else coalesce(template_code, '') <> ''
        end

),

of_two_texts as (

    select
        min(template_id) as template_id,
        template_code
    from templates
    where template_code <> ''
    group by template_code
    having count(*) > 1

)

select * from without_their_code
union all
select * from of_two_texts
