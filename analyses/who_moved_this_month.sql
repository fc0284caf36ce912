-- Who changed segment since the last month end, the most valuable first: a list to talk about.
with rfm_scores as (

    select * from {{ ref('rfm_scores') }}

),

customers as (

    select * from {{ ref('customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

moved as (

    select
        rfm_scores.customer_id,
        customers.name,
        rfm_scores.previous_segment_code,
        rfm_scores.segment_code,
        rfm_scores.segment_changed_on,
        rfm_scores.recency_days,
        rfm_scores.monetary
    from rfm_scores
    inner join customers on rfm_scores.customer_id = customers.customer_id
    inner join as_of on rfm_scores.segment_changed_on > {{ add_days('as_of.as_of_date', -31) }}
    where rfm_scores.previous_segment_code is not null

)

select * from moved
order by monetary desc, customer_id asc
