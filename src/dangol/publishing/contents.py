"""What a publication holds: the rows of each destination, and what a manifest says of campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from dangol.publishing.publication import Audience


def active_destinations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the destinations that are switched on, in the order of the seed's ids."""
    rows = connection.execute(
        "select destination_id from kept.destinations where is_active order by 1"
    ).fetchall()
    return [str(row[0]) for row in rows]


def read_audiences(
    connection: duckdb.DuckDBPyConnection, destinations: Sequence[str]
) -> list[Audience]:
    """Return what destinations are to get.

    Args:
        connection: reads the copy after the newest opt-outs.
        destinations: their ids.
    """
    people_and_costs = {
        row[0]: row[1:]
        for row in connection.execute(
            "select destinations.destination_id,"
            " count(distinct campaign_destinations.customer_id),"
            " cast(coalesce(sum(campaign_messages.cost), 0) as decimal(18, 4)),"
            " any_value(destinations.min_people), any_value(destinations.sends_messages)"
            " from kept.destinations as destinations"
            " left join audiences.campaign_destinations using (destination_id)"
            " left join audiences.campaign_messages using (campaign_id, customer_id)"
            " group by 1"
        ).fetchall()
    }
    audiences = []
    for name in destinations:
        people, cost, min_people, sends_messages = people_and_costs[name]
        found = connection.execute(f"from exports.export_{name} order by all")
        columns = [str(column[0]) for column in found.description]
        audiences.append(
            Audience(
                destination_id=name,
                rows=[dict(zip(columns, row, strict=True)) for row in found.fetchall()],
                people=people,
                min_people=min_people,
                cost=f"{cost:.2f}" if sends_messages else None,
            )
        )
    return audiences


def describe_campaigns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return, by campaign, the people of each arm and the messages by channel and variant.

    `arms` counts everybody in the campaign, whether a message was possible or not; `held_out` those
    of the control arm who would have got one.
    """
    campaigns: dict[str, dict[str, Any]] = {}
    for campaign, arm, people in connection.execute(
        "from kept.arms order by campaign_id, arm"
    ).fetchall():
        campaigns.setdefault(campaign, {"arms": {}, "messages": {}, "held_out": 0})
        campaigns[campaign]["arms"][arm] = people
    for campaign, people in connection.execute("from kept.held_out").fetchall():
        campaigns[campaign]["held_out"] = people
    for campaign, channel, variant, messages in connection.execute(
        "select campaign_id, channel, variant, count(*) from audiences.campaign_messages"
        " group by all order by all"
    ).fetchall():
        campaigns[campaign]["messages"].setdefault(channel, {})[variant] = messages
    return campaigns


def shared_messages(
    connection: duckdb.DuckDBPyConnection, destinations: Sequence[str]
) -> list[tuple[list[str], list[str]]]:
    """Return destinations that would each send the same messages, with the types of those.

    Args:
        connection: reads the copy after the newest opt-outs.
        destinations: the ids of those that are published.
    """
    listed = ", ".join(f"'{name}'" for name in destinations)
    rows = connection.execute(
        "with takers as ("
        "  select message_type, list_sort(list(distinct destination_id)) as names"
        "  from audiences.campaign_destinations"
        "  inner join kept.destinations using (destination_id)"
        f"  where sends_messages and destination_id in ({listed or 'null'})"
        "  group by campaign_id, customer_id, message_type"
        ")"
        " select names, list_sort(list(distinct message_type)) from takers"
        " where len(names) > 1 group by names order by names"
    ).fetchall()
    return [(list(names), list(types)) for names, types in rows]
