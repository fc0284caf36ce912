with point_lots as (

    select * from {{ ref('int_point_lots') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

expiring as (

    select
        point_lots.*,
        sum(point_lots.points_left) over (partition by point_lots.customer_id) as points,
        row_number() over (
            partition by point_lots.customer_id
            order by point_lots.expires_at asc, point_lots.earned_at asc, point_lots.entry_id asc
        ) as trigger_number
    from point_lots
    inner join as_of
        on
            point_lots.expires_at >= {{ add_minutes('as_of.as_of_ends_at', 24 * 60) }}
            and point_lots.expires_at <= {{ add_minutes('as_of.as_of_ends_at', 30 * 24 * 60) }}

),

triggers as (

    select * from expiring
    where points >= 500

),

members as (

    select
        'points_expiry' as campaign_id,
        triggers.customer_id,
        triggers.entry_id as trigger_key,
        triggers.earned_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'points': money_text('triggers.points'),
            'expires_on': 'triggers.expires_on',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    where triggers.trigger_number = 1

)

select * from members
