with templates as (

    select * from {{ ref('message_templates') }}

)

select
    template_id,
    variant,
    language,
    template_code
from templates
where
    case
        when channel = 'kakao' and not is_ad
            then coalesce(length(template_code), 0) not between 1 and 20
        else coalesce(template_code, '') <> ''
    end
