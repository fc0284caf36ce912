"""Say of one person, campaign by campaign, which rule decided and the facts behind it."""

from __future__ import annotations

import textwrap
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

WIDTH = 100
ELIGIBLE = "eligible"

RULES = {
    "erased": "the person asked for erasure",
    "under_age": "under {guardian_age} when it would be sent (born {birth_date}), guardian unasked",
    "no_contact": "no address that the channel could use",
    "suppressed": "a suppression is open: {suppression_reason}",
    "no_consent": "{consent_words}",
    "consent_unconfirmed": "the two-yearly notice of the consent was due on {consent_due_on}",
    "open_complaint": "a complaint is not resolved yet",
    "cooling_down": "got the same campaign on {last_sent_at}; it rests for {cooldown_days} days",
    "frequency_cap": "advertising messages at the cap ({cap_reached})",
    "global_holdout": "in the hold-out of the whole shop",
    "campaign_holdout": "in the control arm of the campaign",
    "lower_priority": "{winner} takes the one advertising message of the day",
    "lower_channel": "{winning_channel} is preferred and takes it",
    "text_incomplete": "the text cannot go out: {text_problem}",
    ELIGIBLE: "sent at {send_at}, arm {arm}",
}
"""What each reason_code means; the words in braces are facts of the row."""


class UnknownPersonError(Exception):
    """Nobody goes by the identifier. The message says where it was looked for."""


def explain(warehouse: Path, identifier: str, settings: dict[str, str]) -> list[str]:
    """Return the lines that explain the plan of the last build for one person.

    Args:
        warehouse: the DuckDB file, built with the ledger.
        identifier: any customer_id or anonymous_id of the person.
        settings: the project's variables that the words name (`guardian_age`,
            `reporting_timezone`).

    Raises:
        UnknownPersonError: the identifier belongs to nobody.
        duckdb.Error: the file can't be read, or lacks the ledger's tables.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        person = _person(connection, identifier)
        lines = _heading(connection, person, identifier)
        lines += ["", *_consents(connection, person)]
        lines += ["", *_campaigns(connection, person, settings)]
        lines += ["", *_not_members(connection, person)]
    return lines


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object
) -> list[dict[str, Any]]:
    """Return the rows of a query as mappings from column to value."""
    found = connection.execute(sql, list(parameters))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _person(connection: duckdb.DuckDBPyConnection, identifier: str) -> str:
    found = _rows(
        connection,
        "select customer_id from marts.customer_identities"
        " where identifier = ? and customer_id is not null order by identifier_type desc",
        identifier,
    )
    if not found:
        raise UnknownPersonError(
            f"Nobody goes by {identifier!r}. It must be a customer_id or an anonymous_id; all of"
            " them are in marts.customer_identities."
        )
    return str(found[0]["customer_id"])


def _heading(connection: duckdb.DuckDBPyConnection, person: str, identifier: str) -> list[str]:
    customer = _rows(
        connection,
        "select name, segment_code, furthest_stage, order_count from marts.customers"
        " left join marts.customer_segments using (customer_id)"
        " left join marts.journey_stages using (customer_id) where customer_id = ?",
        person,
    )[0]
    as_of = _rows(connection, "select as_of_date from intermediate.int_as_of")[0]["as_of_date"]
    known_as = f" (asked for as {identifier})" if identifier != person else ""
    return [
        f"{person}{known_as}, {customer['name'] or 'no name known'}: segment"
        f" {customer['segment_code']}, stage {customer['furthest_stage']},"
        f" {customer['order_count']} valid orders",
        f"The plan made at the end of {as_of}",
    ]


def _consents(connection: duckdb.DuckDBPyConnection, person: str) -> list[str]:
    rows = _rows(
        connection,
        "select channel, purpose, state, changed_at from marts.consent_states"
        " where customer_id = ? order by purpose, channel",
        person,
    )
    if not rows:
        return ["Consents: none was ever given or refused"]
    return ["Consents"] + [
        f"  {row['purpose']:<12}{row['channel']:<8}{row['state']:<10}since"
        f" {row['changed_at']:%Y-%m-%d %H:%M} UTC"
        for row in rows
    ]


def _campaigns(
    connection: duckdb.DuckDBPyConnection, person: str, settings: dict[str, str]
) -> list[str]:
    rows = _rows(
        connection,
        "select checks.*, eligibility.reason_code, eligibility.rule_number, eligibility.send_at,"
        " campaigns.cooldown_days"
        " from audiences.campaign_eligibility as eligibility"
        " inner join audiences.campaign_checks as checks"
        " using (campaign_id, customer_id, channel)"
        " inner join reference.campaigns as campaigns using (campaign_id)"
        " where customer_id = ? order by campaigns.priority, checks.channel_place",
        person,
    )
    if not rows:
        return ["In no campaign's audience"]
    chosen = [row for row in rows if row["reason_code"] == ELIGIBLE]
    advertising = next((row["campaign_id"] for row in chosen if row["is_ad"]), None)
    channels = {row["campaign_id"]: row["channel"] for row in chosen}
    lines = ["In the audience of"]
    campaign = None
    for row in rows:
        name = row["campaign_id"] if row["campaign_id"] != campaign else ""
        campaign = row["campaign_id"]
        facts = {
            **row,
            **settings,
            "winner": advertising,
            "winning_channel": channels.get(campaign),
            "consent_words": _consent_words(row),
            "send_at": _local(row["send_at"], settings["reporting_timezone"]),
            "last_sent_at": _local(row["last_sent_at"], settings["reporting_timezone"]),
        }
        number = f"rule {row['rule_number']}" if row["rule_number"] else ""
        head = f"  {name:<22}{row['channel']:<6}{row['reason_code']:<19}{number:<8}"
        words = RULES[row["reason_code"]].format_map(facts)
        lines += textwrap.wrap(words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    return lines


def _consent_words(row: dict[str, Any]) -> str:
    if row["has_refused"]:
        return "the latest answer for the channel is no"
    return "nobody asked, or no answer is known; that is not a yes"


def _local(moment: datetime | None, zone: str) -> str:
    """Return a naive UTC moment as local text with its zone; '' for none."""
    if moment is None:
        return ""
    local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {zone}"


def _not_members(connection: duckdb.DuckDBPyConnection, person: str) -> list[str]:
    rows = _rows(
        connection,
        "select campaign_id, is_active from reference.campaigns where campaign_id not in"
        " (select campaign_id from audiences.campaign_members where customer_id = ?)"
        " order by campaign_id",
        person,
    )
    idle = [row["campaign_id"] for row in rows if not row["is_active"]]
    lines = textwrap.wrap(
        "Not in the audience of: "
        + ", ".join(row["campaign_id"] for row in rows if row["is_active"]),
        WIDTH,
        subsequent_indent="  ",
    )
    if idle:
        lines += textwrap.wrap("Switched off: " + ", ".join(idle), WIDTH, subsequent_indent="  ")
    return lines
