-- read from the raw suppressions, by address
with export_braze as (

    select * from {{ ref('export_braze') }}

),

suppressions as (

    select * from {{ ref('stg_suppressions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

open_suppressions as (

    select suppressions.*
    from suppressions
    inner join as_of
        on
            suppressions.suppressed_at < as_of.as_of_ends_at
            and (
                suppressions.lifted_at is null
                or suppressions.lifted_at >= as_of.as_of_ends_at
            )

)

select export_braze.external_id
from export_braze
inner join open_suppressions
    on
        open_suppressions.channel in ('email', 'all')
        and (
            export_braze.email = open_suppressions.email
            or (
                export_braze.external_id = open_suppressions.contact
                and export_braze.email is not null
            )
        )
union all
select export_braze.external_id
from export_braze
inner join open_suppressions
    on
        export_braze.phone = open_suppressions.phone_e164
        and open_suppressions.channel = 'all'
