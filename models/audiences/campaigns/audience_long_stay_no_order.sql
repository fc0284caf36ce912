with sessions as (

    select * from {{ ref('sessions') }}

),

orders as (

    select * from {{ ref('orders') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

engaged_sessions as (

    select
        sessions.customer_id,
        sessions.session_id,
        sessions.ended_at,
        row_number() over (
            partition by sessions.customer_id
            order by sessions.ended_at desc, sessions.session_id desc
        ) as newest_number,
        count(*) over (partition by sessions.customer_id) as session_count
    from sessions
    inner join as_of
        on {{ days_between('sessions.session_date', 'as_of.as_of_date') }} < 14
    where sessions.is_engaged and sessions.customer_id is not null

),

recent_buyers as (

    select distinct orders.customer_id
    from orders
    inner join as_of on {{ days_between('orders.order_date', 'as_of.as_of_date') }} < 60
    where orders.is_valid and orders.customer_id is not null

),

triggers as (

    select engaged_sessions.*
    from engaged_sessions
    left join recent_buyers on engaged_sessions.customer_id = recent_buyers.customer_id
    where
        engaged_sessions.newest_number = 1
        and engaged_sessions.session_count >= 3
        and recent_buyers.customer_id is null

),

members as (

    select
        'long_stay_no_order' as campaign_id,
        triggers.customer_id,
        triggers.session_id as trigger_key,
        triggers.ended_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id

)

select * from members
