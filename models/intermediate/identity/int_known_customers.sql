with customers as (

    select * from {{ ref('stg_customers') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select customers.*
    from customers
    inner join as_of
        on customers.signed_up_at < as_of.as_of_ends_at or customers.signed_up_at is null

)

select * from known
