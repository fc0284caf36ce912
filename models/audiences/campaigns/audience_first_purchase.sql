with journey_stages as (

    select * from {{ ref('journey_stages') }}

),

activities as (

    select * from {{ ref('int_activities') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

active_days as (

    select
        activities.customer_id,
        activities.activity_date,
        min(activities.active_at) as active_at
    from activities
    inner join as_of
        on {{ days_between('activities.activity_date', 'as_of.as_of_date') }} < 14
    group by activities.customer_id, activities.activity_date

),

last_active_days as (

    select
        customer_id,
        max(activity_date) as active_on,
        max(active_at) as active_at
    from active_days
    group by customer_id

),

triggers as (

    select last_active_days.*
    from last_active_days
    inner join journey_stages
        on
            last_active_days.customer_id = journey_stages.customer_id
            and journey_stages.is_activated
            and not journey_stages.is_revenue

),

members as (

    select
        'first_purchase' as campaign_id,
        triggers.customer_id,
        cast(triggers.active_on as string) as trigger_key,
        triggers.active_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
