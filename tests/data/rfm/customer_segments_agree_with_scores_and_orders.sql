-- Everybody has the segment of the scores, or none because of having no order in the window.
with scores as (

    select * from {{ ref('rfm_scores') }}

),

buyers as (

    select distinct customer_id
    from {{ ref('orders') }}
    where is_valid and customer_id is not null

)

select
    customers.customer_id,
    segments.segment_code,
    scores.segment_code as scored_segment_code
from {{ ref('customers') }} as customers
full outer join {{ ref('customer_segments') }} as segments
    on customers.customer_id = segments.customer_id
left join scores on customers.customer_id = scores.customer_id
left join buyers on customers.customer_id = buyers.customer_id
where
    segments.segment_code is distinct from coalesce(
        scores.segment_code,
        case when buyers.customer_id is null then 'prospect' else 'dormant' end
    )
    or segments.is_in_rfm_population is distinct from (scores.customer_id is not null)
    or (scores.customer_id is not null and (
        scores.previous_segment_code is distinct from segments.previous_segment_code
        or scores.segment_changed_on is distinct from segments.segment_changed_on
    ))
    or segments.previous_segment_code = segments.segment_code
    or (buyers.customer_id is not null and segments.segment_changed_on is null)
