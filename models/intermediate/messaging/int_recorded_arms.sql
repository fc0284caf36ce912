with assignments as (

    select * from {{ ref('stg_assignments') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

ranked as (

    select
        assignments.campaign_id,
        identities.customer_id,
        case
            when {{ lower_case('assignments.arm') }} = 'control' then 'control'
            else assignments.arm
        end as arm,
        row_number() over (
            partition by assignments.campaign_id, identities.customer_id
            order by
                case when {{ lower_case('assignments.arm') }} = 'control' then 0 else 1 end asc,
                assignments.assigned_at asc,
                assignments.customer_id asc
        ) as arm_number
    from assignments
    inner join identities
        on
            assignments.customer_id = identities.identifier
            and identities.identifier_type = 'customer_id'
    inner join as_of on assignments.assigned_at < as_of.as_of_ends_at

),

recorded as (

    select
        campaign_id,
        customer_id,
        arm
    from ranked
    where arm_number = 1

)

select * from recorded
