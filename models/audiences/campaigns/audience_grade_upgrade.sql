with grade_distances as (

    select * from {{ ref('int_grade_distances') }}

),

grades as (

    select * from {{ ref('grades') }}

),

customers as (

    select * from {{ ref('customers') }}

),

-- nearly there by revenue, and one order is enough for the rest
triggers as (

    select *
    from grade_distances
    where
        amount_missing > 0
        and cast(net_revenue as decimal(19, 4)) * 100
        >= cast(next_min_net_revenue as decimal(19, 4)) * 85
        and orders_missing <= 1

),

members as (

    select
        'grade_upgrade' as campaign_id,
        triggers.customer_id,
        triggers.next_grade_code as trigger_key,
        triggers.last_ordered_at as triggered_at,
        cast(null as string) as product_id,
        {{ template_variables({
            'customer_name': 'customers.name',
            'grade_name_ko': 'present_grades.name_ko',
            'grade_name_en': 'present_grades.name_en',
            'next_grade_name_ko': 'next_grades.name_ko',
            'next_grade_name_en': 'next_grades.name_en',
            'amount_missing': money_text('triggers.amount_missing'),
        }) }} as variables
    from triggers
    inner join customers on triggers.customer_id = customers.customer_id
    inner join grades as present_grades
        on triggers.grade_code = present_grades.grade_code
    inner join grades as next_grades
        on triggers.next_grade_code = next_grades.grade_code

)

select * from members
