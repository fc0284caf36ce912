-- depends_on: {{ ref('campaigns') }}
-- depends_on: {{ ref('campaign_members') }}
{%- set audiences = [] -%}
{%- if execute -%}
    {%- set members = graph.nodes['model.dangol.campaign_members'] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.name.startswith('audience_') -%}
            {%- do audiences.append({
                'campaign_id': node.name[9:],
                'is_in_members': node.unique_id in members.depends_on.nodes,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif %}

with campaigns as (

    select * from {{ ref('campaigns') }}

),

audiences as (

    {%- for audience in audiences %}
    select
        '{{ audience.campaign_id }}' as campaign_id,
        {{ audience.is_in_members }} as is_in_members
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as string) as campaign_id, false as is_in_members
    {%- endfor %}

)

select
    campaigns.campaign_id,
    audiences.campaign_id as audience_campaign_id,
    audiences.is_in_members
from campaigns
full outer join audiences on campaigns.campaign_id = audiences.campaign_id
where
    campaigns.campaign_id is null
    or audiences.campaign_id is null
    or not audiences.is_in_members
