-- only between a build and its publication do consents change
with campaign_recipients as (

    select * from {{ ref('campaign_recipients') }}

),

campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

missing as (

    select * from campaign_recipients
    except
    select * from campaign_messages

),

added as (

    select * from campaign_messages
    except
    select * from campaign_recipients

)

select * from missing
union all
select * from added
