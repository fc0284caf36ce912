{{ config(materialized='connected_components') }}

select
    customer_id as left_id,
    linked_customer_id as right_id
from {{ ref('int_identity_links') }}
