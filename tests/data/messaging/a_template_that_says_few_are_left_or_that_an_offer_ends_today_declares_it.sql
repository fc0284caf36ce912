with templates as (

    select * from {{ ref('message_templates') }}

),

claim_phrases as (

    select * from {{ ref('claim_phrases') }}

)

select
    templates.template_id,
    templates.variant,
    templates.language,
    claim_phrases.phrase
from templates
inner join claim_phrases
    on
        templates.language = claim_phrases.language
        and contains(
            lower(coalesce(templates.title, '') || chr(10) || templates.body), claim_phrases.phrase
        )
where
    claim_phrases.claim in ('low_stock', 'ends_today')
    and not contains(coalesce(templates.claims, ''), claim_phrases.claim)
