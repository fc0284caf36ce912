with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

open_suppressions as (

    select * from {{ ref('int_open_suppressions') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

banners as (

    select
        campaign_destinations.customer_id,
        min_by(campaign_destinations.campaign_id, campaigns.priority) as banner_campaign
    from campaign_destinations
    inner join campaigns on campaign_destinations.campaign_id = campaigns.campaign_id
    where campaign_destinations.destination_id = 'onsite'
    group by campaign_destinations.customer_id

),

products as (

    select distinct
        customer_id,
        product_id
    from campaign_destinations
    -- one that no file can carry names nothing there
    where destination_id = 'onsite' and {{ plain_text('product_id') }} = product_id

),

recommended as (

    select
        customer_id,
        '[' || {{ sorted_list(json_string('product_id')) }} || ']' as recommended_products
    from products
    group by customer_id

),

-- who unsubscribed from a channel said no as well
said as (

    select
        customer_id,
        is_granted,
        changed_at
    from consent_states
    where purpose = 'marketing'
    union all
    select
        customer_id,
        false as is_granted,
        suppressed_at as changed_at
    from open_suppressions

),

-- whoever said yes anywhere, or no a moment ago, is not asked
answers as (

    select
        said.customer_id,
        bool_or(
            said.is_granted
            or said.changed_at
            > {{ add_minutes('as_of.as_of_ends_at', -1440 * var('refusal_pause_days') | int) }}
        ) as is_left_alone
    from said
    cross join as_of
    group by said.customer_id

),

rows_for_onsite as (

    select
        banners.customer_id,
        customer_segments.segment_code as segment,
        journey_stages.furthest_stage as stage,
        coalesce(recommended.recommended_products, '[]') as recommended_products,
        banners.banner_campaign,
        not coalesce(answers.is_left_alone, false) as ask_for_consent
    from banners
    left join recommended on banners.customer_id = recommended.customer_id
    left join answers on banners.customer_id = answers.customer_id
    left join customer_segments on banners.customer_id = customer_segments.customer_id
    left join journey_stages on banners.customer_id = journey_stages.customer_id

)

select * from rows_for_onsite
