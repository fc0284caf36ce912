with campaign_destinations as (

    select * from {{ ref('campaign_destinations') }}

),

profiles as (

    select * from {{ ref('int_export_profiles') }}

),

recipients as (

    select
        customer_id,
        max(contact) as email,
        {{ sorted_list('campaign_id') }} as campaigns
    from campaign_destinations
    where destination_id = 'mailchimp'
    group by customer_id

),

-- an address stands once: of people who share one, the first by customer_id has it
numbered as (

    select
        *,
        row_number() over (partition by email order by customer_id) as email_place
    from recipients

),

rows_for_mailchimp as (

    select
        numbered.email as {{ header('Email Address') }},
        -- Mailchimp cuts text at 255 bytes without a word
        case when {{ byte_length('profiles.name') }} <= 255 then profiles.name end
            as {{ header('First Name') }},
        substr(cast(profiles.birth_date as string), 6, 2)
        || '/'
        || substr(cast(profiles.birth_date as string), 9, 2) as {{ header('Birthday') }},
        profiles.language as {{ header('Language') }},
        numbered.customer_id as {{ header('Customer ID') }},
        profiles.rfm_segment as {{ header('RFM Segment') }},
        profiles.journey_stage as {{ header('Journey Stage') }},
        profiles.lifecycle_state as {{ header('Lifecycle State') }},
        profiles.order_count as {{ header('Order Count') }},
        profiles.net_revenue as {{ header('Net Revenue') }},
        cast(profiles.last_ordered_on as string) as {{ header('Last Ordered On') }},
        numbered.campaigns as {{ header('Campaigns') }}
    from numbered
    inner join profiles on numbered.customer_id = profiles.customer_id
    where numbered.email_place = 1

)

select * from rows_for_mailchimp
