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
        {{ sorted_list("'\"' || campaign_id || '\":' || coalesce(parameters, '{}')") }} as messages,
        {{ sorted_list('campaign_id') }} as campaigns
    from campaign_destinations
    where destination_id = 'listmonk'
    group by customer_id

),

-- an address stands once: of people who share one, the first by customer_id has it
numbered as (

    select
        *,
        row_number() over (partition by email order by customer_id) as email_place
    from recipients

),

rows_for_listmonk as (

    select
        numbered.email,
        profiles.name,
        '{"customer_id":' || {{ json_string('numbered.customer_id') }}
        || ',"language":' || {{ json_string('profiles.language') }}
        || ',"rfm_segment":' || {{ json_string('profiles.rfm_segment') }}
        || ',"journey_stage":' || {{ json_string('profiles.journey_stage') }}
        || ',"lifecycle_state":' || {{ json_string('profiles.lifecycle_state') }}
        || ',"order_count":' || cast(profiles.order_count as string)
        || ',"net_revenue":' || {{ decimal_text('profiles.net_revenue') }}
        || ',"last_ordered_on":' || {{ json_string('cast(profiles.last_ordered_on as string)') }}
        || ',"campaigns":["' || replace(numbered.campaigns, ',', '","')
        || '"],"messages":{' || numbered.messages || '}}' as attributes
    from numbered
    inner join profiles on numbered.customer_id = profiles.customer_id
    where numbered.email_place = 1

)

select * from rows_for_listmonk
