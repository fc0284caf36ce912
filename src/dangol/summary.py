"""Sum up a warehouse for a marketer: who is there, what they bought, and where to look next."""

from __future__ import annotations

import shlex
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dangol.settings import Settings
from dangol.warehouse import DuckdbWarehouse, SparkWarehouse, Warehouse

if TYPE_CHECKING:
    from dangol.build import Outcome

WIDTH = 100
LIFECYCLE_ORDER = ("new", "repeat", "returning", "dormant", "lost", "gone")
HEALTH_TEST = "what_came_in_is_as_much_and_as_fresh_as_usual"
"""The data test behind warnings of health; the summary says what they are instead."""
PUBLIC_SCHEMAS = ("marts", "audiences", "exports")


def print_summary(settings: Settings, root: Path, outcome: Outcome | None = None) -> bool:
    """Print the summary of the warehouse, and of the build behind it when there was one.

    Returns:
        Whether there was a warehouse to read.
    """
    if settings.target == "spark":
        lines = summarise(SparkWarehouse(), settings, outcome)
    else:
        path = root / settings.warehouse
        if not path.is_file() and outcome is not None:  # dbt came to no table
            print("\n".join(["", *_build_lines(outcome)]))
            return False
        if not path.is_file():
            print(f"There is no warehouse at {settings.warehouse}; `make build` makes it.")
            return False
        try:
            with DuckdbWarehouse(path) as warehouse:
                lines = summarise(warehouse, settings, outcome)
        except duckdb.Error as error:
            print(f"{settings.warehouse} cannot be read: {str(error).splitlines()[0]}")
            return False
    print("\n".join(lines), flush=True)
    return True


def summarise(warehouse: Warehouse, settings: Settings, outcome: Outcome | None) -> list[str]:
    """Return the lines of the summary. Tables that are missing leave their part out."""
    lines: list[str] = [""]
    if outcome is not None:
        lines += _build_lines(outcome)
    parts = [
        _shop(warehouse),
        _segments(warehouse),
        _lifecycle(warehouse),
        _value(warehouse),
        _campaigns(warehouse),
        _raw_tables(warehouse),
        _health(warehouse),
        _row_counts(warehouse),
    ]
    shown = [line for part in parts for line in part]
    if outcome is not None and not outcome.is_green and shown:
        lines += ["", "The build failed: parts of what follows are of an earlier build."]
    lines += shown
    warnings = outcome.warnings if outcome is not None else []
    warnings = [text for text in warnings if not text.startswith(f"{HEALTH_TEST}: ")]
    if warnings:
        lines += ["", f"Warnings ({len(warnings)})"]
        for warning in warnings:
            lines += textwrap.wrap(
                f"  {warning}", WIDTH, subsequent_indent="    ", break_long_words=False
            )
    if shown:
        lines += _where_next(settings)
    return lines


def _build_lines(outcome: Outcome) -> list[str]:
    counts = [f"{count:,} {kind}" for kind, count in outcome.counts.items() if count]
    verdict = "Green" if outcome.is_green else "Failed"
    return [f"{verdict} in {outcome.seconds:.0f} s: {', '.join(counts) or 'nothing was run'}."]


def _shop(warehouse: Warehouse) -> list[str]:
    as_of = warehouse.rows("select as_of_date, reporting_currency from intermediate.int_as_of")
    people = warehouse.rows(
        "select count(*), count(case when order_count > 0 then 1 end) from marts.customers"
    )
    sales = warehouse.rows(
        "select count(*), count(case when is_valid then 1 end), sum(net_revenue) from marts.orders"
    )
    if not as_of or not people:
        return []
    currency = as_of[0][1] or ""
    lines = ["", f"The shop at the end of {as_of[0][0]}"]
    lines.append(f"  people        {people[0][0]:>14,}")
    lines.append(f"  buyers        {people[0][1]:>14,}  with a valid order")
    if sales:
        lines.append(f"  orders        {sales[0][0]:>14,}  of them {sales[0][1]:,} valid")
        lines.append(f"  net revenue   {sales[0][2] or 0:>14,.0f}  {currency}")
    return lines


def _segments(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows(
        "select coalesce(segments.name_en, customers.segment_code) as name, segments.name_ko,"
        " count(*) as customer_count"
        " from marts.customer_segments as customers"
        " left join reference.rfm_segments as segments"
        " on customers.segment_code = segments.segment_code"
        " group by 1, 2 order by 3 desc, 1"
    ) or warehouse.rows(
        "select segment_name_en, segment_name_ko, count(*) as customer_count"
        " from marts.rfm_scores group by 1, 2 order by 3 desc, 1"
    )
    named = [(f"{name} ({korean})" if korean else str(name), count) for name, korean, count in rows]
    return _bars("RFM segments", "people", named)


def _lifecycle(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows(
        "select lifecycle_state, customer_count, month_start from marts.lifecycle_states"
        " where month_start = (select max(month_start) from marts.lifecycle_states)"
    )
    rank = {state: number for number, state in enumerate(LIFECYCLE_ORDER)}
    rows = sorted(rows, key=lambda row: (rank.get(row[0], len(rank)), row[0]))
    month = f"{rows[0][2]:%Y-%m}" if rows else ""
    return _bars(f"Buyers by lifecycle in {month}", "people", [(row[0], row[1]) for row in rows])


def _value(warehouse: Warehouse) -> list[str]:
    """Return what is to come of the buyers, and how well that would have been foretold before."""
    rows = warehouse.rows(
        "select sum(cast(predicted_value_365d as decimal(38, 9))),"
        " min(coalesce(unavailable_reason, spend_unavailable_reason)), count(*)"
        " from marts.customer_value"
    )
    if not rows or not rows[0][2]:
        return []
    total, reason, _ = rows[0]
    lines = ["", "Customer value"]
    if total is None:
        return [*lines, f"  not predicted: {reason}"]
    lines.append(f"  next 365 days {total:>14,.0f}  net revenue to expect of these buyers")
    for predicted, actual, share, until in warehouse.rows(
        "select predicted_orders, actual_orders, difference_share, fitted_until"
        " from marts.value_backtest where method = 'bg_nbd' and calibration_group = 'all'"
        " and unavailable_reason is null"
    ):
        difference = f" ({share:+.0%})" if share is not None else ""
        lines.append(
            f"  back-test     {predicted:>14,.0f}  orders predicted after {until}, of"
            f" {actual:,} that came{difference}"
        )
    return lines


def _campaigns(warehouse: Warehouse) -> list[str]:
    """Return who is in each campaign's audience, who gets a message, and why most others don't."""
    rows = warehouse.rows(
        "with people as (select campaign_id, count(distinct customer_id) as people,"
        " count(case when is_eligible then 1 end) as messages"
        " from audiences.campaign_eligibility group by campaign_id),"
        " reasons as (select campaign_id, reason_code, row_number() over ("
        " partition by campaign_id order by count(*) desc, reason_code) as place"
        " from audiences.campaign_eligibility where not is_eligible"
        " group by campaign_id, reason_code)"
        " select people.campaign_id, people.people, people.messages, reasons.reason_code"
        " from people left join reasons on people.campaign_id = reasons.campaign_id"
        " and reasons.place = 1 order by people.campaign_id"
    )
    if not rows:
        return []
    lines = ["", "Campaigns (people)"]
    lines.append(f"  {'':<24}{'in audience':>13}{'get a message':>15}  commonest reason not to")
    for campaign, people, messages, reason in rows:
        lines.append(f"  {campaign:<24}{people:>13,}{messages:>15,}  {reason or ''}".rstrip())
    channels = warehouse.rows(
        "select channel, count(*), sum(cost) from audiences.campaign_recipients"
        " group by channel order by channel"
    )
    sent = ", ".join(f"{count:,} by {channel}" for channel, count, _ in channels)
    cost = sum(amount or 0 for _, _, amount in channels)
    lines.append(f"  Planned: {sent or 'no message'}; cost about {cost:,.0f}")
    return lines


def _raw_tables(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows(
        "select table_name, rows_read, rows_accepted, rows_rejected, rows_duplicate,"
        " unreadable_values, unknown_columns, rows_erased, rows_waiting from quality.data_quality"
        " where file_format is not null order by table_name"
    )
    if not rows:
        return []
    lines = ["", "Raw tables (rows)"]
    lines.append(f"  {'':<16}{'read':>13}{'accepted':>13}{'rejected':>10}{'repeated':>10}")
    for name, read, accepted, rejected, repeated, unreadable, unknown, erased, waiting in rows:
        notes = []
        if erased:
            notes.append(f"{erased:,} of erased people")
        if waiting:
            notes.append(f"{waiting:,} too late: in with the next --full-refresh")
        if unreadable:
            notes.append(f"{unreadable:,} value{'s' if unreadable > 1 else ''} unreadable")
        if unknown:
            notes.append(f"not read: {unknown}")
        numbers = f"{read:>13,}{accepted:>13,}{rejected:>10,}{repeated:>10,}"
        lines.append(f"  {name:<16}{numbers}  {'; '.join(notes)}".rstrip())
    reasons = warehouse.rows(
        "select table_name, reason, count(*) as row_count from quality.rejected_rows"
        " group by 1, 2 order by 3 desc, 1, 2 limit 3"
    )
    if reasons:
        lines.append("  The commonest reasons for rejection (all of them: quality.rejected_rows):")
        lines += [f"    {count:>9,}  {table}: {reason}" for table, reason, count in reasons]
    return lines


def _health(warehouse: Warehouse) -> list[str]:
    """Return what came in unusually late or unusually little, the worst first; else one line."""
    rows = warehouse.rows(
        "select status, message from quality.health_checks"
        " order by case status when 'fail' then 1 when 'warn' then 2 else 3 end, message"
    )
    if not rows:
        return []
    rows = [row for row in rows if row[0] != "not_judged"]
    if not rows:
        why = "quality.health_checks says why"
        return ["", f"Health of the raw tables: no check could be judged ({why})"]
    unusual = [(status, message) for status, message in rows if status != "ok"]
    if not unusual:
        checks = "one check" if len(rows) == 1 else f"{len(rows)} checks"
        return ["", f"Health of the raw tables: as usual ({checks}; quality.health_checks)"]
    lines = ["", "Health of the raw tables (all checks: quality.health_checks)"]
    for status, message in unusual:
        lines += textwrap.wrap(
            f"  {'failure' if status == 'fail' else 'warning'}  {message}",
            WIDTH,
            subsequent_indent=" " * 11,
            break_long_words=False,
        )
    return lines


def _row_counts(warehouse: Warehouse) -> list[str]:
    """Return the rows of every public table; the campaigns' own views are counted above."""
    counts: list[tuple[str, int]] = []
    for schema in PUBLIC_SCHEMAS:
        for table in warehouse.tables(schema):
            if not table.startswith("audience_"):
                rows = warehouse.rows(f"select count(*) from {schema}.{table}")
                if rows:
                    counts.append((f"{schema}.{table}", int(rows[0][0])))
    if not counts:
        return []
    cells = [f"{name:<34}{count:>11,}" for name, count in counts]
    half = (len(cells) + 1) // 2
    pairs = zip(cells[:half], [*cells[half:], ""], strict=False)
    return ["", "Public tables (rows)"] + [f"  {left}   {right}".rstrip() for left, right in pairs]


def _bars(title: str, unit: str, counts: list[tuple[str, Any]]) -> list[str]:
    """Return a titled list of names, counts and bars that show the shares."""
    if not counts:
        return []
    largest = max(int(count) for _, count in counts) or 1
    lines = ["", f"{title} ({unit})"]
    for name, count in counts:
        bar = "#" * round(30 * int(count) / largest)
        lines.append(f"  {_padded(str(name), 40)}{int(count):>12,}  {bar}".rstrip())
    return lines


def _padded(text: str, width: int) -> str:
    """Pad text to a width on the screen, where a Hangul syllable takes two places."""
    taken = sum(2 if "\u1100" <= letter <= "\uffdc" else 1 for letter in text)
    return text + " " * max(0, width - taken)


def _where_next(settings: Settings) -> list[str]:
    lines = ["", "Where to look next"]
    if settings.target == "spark":
        lines.append("  tables     marts.customers, marts.rfm_scores, ... in the Spark catalogue")
    else:
        lines.append(
            f"  tables     duckdb -readonly {shlex.quote(settings.warehouse)}"
            "  then  from marts.rfm_scores limit 10;"
        )
        lines.append(
            "  Python     "
            f"duckdb.connect({settings.warehouse!r}, read_only=True).table('marts.rfm_scores').df()"
        )
        lines.append("  rejected   from quality.rejected_rows;  counts: from quality.data_quality;")
    lines.append("  columns    make docs, then target/static_index.html: what each column means")
    return lines
