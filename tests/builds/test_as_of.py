"""An earlier as-of day gives what was known then: no fact from after it leaks in."""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime, timezone
from pathlib import Path

import duckdb
from warehouse import ROOT, Build, build

SAMPLE = ROOT / "sample"
AS_OF = date(2025, 12, 30)
"""Six months before the newest day of the sample, and not the end of a month."""
ENDS_AT = datetime(2025, 12, 30, 15, tzinfo=timezone.utc)
"""The end of that day in Seoul."""

HAPPENED = {
    "customers": "signed_up_at",
    "orders": "ordered_at",
    "products": "launched_at",
    "prices": "changed_at",
    "inventory": "counted_at",
    "events": "occurred_at",
    "consents": "changed_at",
    "suppressions": "suppressed_at",
    "devices": "last_seen_at",
    "messages": "sent_at",
    "message_events": "occurred_at",
    "assignments": "assigned_at",
    "coupons": "issued_at",
    "points": "occurred_at",
    "tickets": "opened_at",
    "survey_answers": "answered_at",
    "ad_spend": "spend_date",
}
"""When a row of a raw table happened: one from after the day is not there. Items go with orders."""

VERSIONS = {
    "customers": ("customer_id", "updated_at"),
    "orders": ("order_id", "updated_at"),
    "products": ("product_id", "updated_at"),
}
"""Key and time of a version: one from after the day is not there where an older one is. Where a key
came only once, that row is all that is known of it, and it stays (an order's status of today)."""

LEARNT_LATER = {
    "consents": {"result_notified_at": (), "reconfirmed_at": ()},
    "suppressions": {"lifted_at": ()},
    "coupons": {"redeemed_at": ("redeemed_order_id",)},
    "tickets": {"first_replied_at": (), "resolved_at": ("satisfaction",)},
}
"""Times that a row gets after it happened, with what came with them: empty when after the day."""


LATE_ACCOUNTS: dict[str, list[dict[str, str]]] = {
    "customers": [
        {"customer_id": "late-name", "name": "나중", "signed_up_at": "2026-02-01T00:00:00Z"},
        {
            "customer_id": "late-email",
            "email": "unsubscribed@example.com",
            "signed_up_at": "2026-02-01T00:00:00Z",
        },
        {
            "customer_id": "late-birth-date",
            "birth_date": "2015-01-01",
            "signed_up_at": "2026-02-01T00:00:00Z",
        },
        {
            "customer_id": "child",
            "birth_date": "2015-01-01",
            "phone": "010-1999-0004",
            "signed_up_at": "2025-02-01T00:00:00Z",
        },
        {
            "customer_id": "late-guardian",
            "guardian_verified": "true",
            "signed_up_at": "2026-02-01T00:00:00Z",
        },
    ],
    "orders": [
        {
            "order_id": f"order of {customer}",
            "customer_id": customer,
            "phone": phone,
            "ordered_at": "2025-12-01T00:00:00Z",
            "status": "delivered",
            "gross_amount": "10000",
        }
        for customer, phone in (
            ("late-name", "010-1999-0001"),
            ("late-email", "010-1999-0002"),
            ("late-birth-date", "010-1999-0003"),
            ("late-guardian", "010-1999-0004"),
        )
    ],
    "suppressions": [
        {
            "contact": "unsubscribed@example.com",
            "channel": "all",
            "reason": "unsubscribed",
            "suppressed_at": "2025-06-01T00:00:00Z",
        }
    ],
}
"""Buyers of before the day whose accounts, opened after it, say what was not known then."""

CONSENTED = ("late-name", "late-email", "late-birth-date", "child")


def whole_shop(folder: Path) -> Path:
    """Write the sample with the late accounts."""
    folder.mkdir()
    for file in sorted(SAMPLE.glob("*.*")):
        if file.suffix in (".csv", ".parquet"):
            shutil.copyfile(file, folder / file.name)
    for table, rows in LATE_ACCOUNTS.items():
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as lines:
            csv.DictWriter(lines, header).writerows(rows)
    consents = ", ".join(
        f"('{customer}', 'all', 'marketing', true, timestamp '2025-12-01')"
        for customer in CONSENTED
    )
    duckdb.sql(
        f"""
        copy (
            from '{SAMPLE}/consents.parquet'
            union all by name
            select * from (values {consents}) as listed (
                customer_id, channel, purpose, is_granted, changed_at
            )
        ) to '{folder}/consents.parquet'
        """
    )
    return folder


def cut(raw: Path, folder: Path) -> Path:
    """Write a shop's files as they would have been at the end of the as-of day."""
    folder.mkdir()
    files = sorted(raw.glob("*.*"))
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        for file in files:
            is_text = file.suffix == ".csv"
            source = f"read_csv('{file}', all_varchar = true)" if is_text else f"'{file}'"
            connection.execute(f"create view {file.stem} as from {source}")
        for file in files:
            options = "header" if file.suffix == ".csv" else "format parquet"
            connection.execute(
                f"copy ({known_rows(file.stem)}) to '{folder / file.name}' ({options})"
            )
    return folder


def is_later(column: str) -> str:
    """Return SQL that is true when the time of a column is after the as-of day, else false."""
    return f"coalesce(try_cast({column} as timestamptz) >= '{ENDS_AT}', false)"


def known_rows(table: str) -> str:
    """Return the SQL of a table's rows as they were known at the end of the as-of day."""
    if table == "order_items":
        return (
            "from order_items where order_id not in"
            f" (select order_id from orders where {is_later('ordered_at')})"
        )
    forgotten = "".join(
        f", if({is_later(time)}, null, {column}) as {column}"
        for time, others in LEARNT_LATER.get(table, {}).items()
        for column in (time, *others)
    )
    replaced = f" replace ({forgotten[2:]})" if forgotten else ""
    rows = f"select *{replaced} from {table} where not {is_later(HAPPENED[table])}"
    if table in VERSIONS:
        key, version = VERSIONS[table]
        rows += (
            f" qualify not {is_later(version)}"
            f" or bool_and({is_later(version)}) over (partition by {key})"
        )
    return rows


def test_a_day_six_months_back_equals_a_build_on_what_was_known_then(tmp_path: Path) -> None:
    raw = whole_shop(tmp_path / "raw")
    looked_back = build(raw, tmp_path / "looked_back", as_of=str(AS_OF))
    assert looked_back.is_green, looked_back.messages
    known_then = build(cut(raw, tmp_path / "cut"), tmp_path / "known_then")
    assert known_then.is_green, known_then.messages

    # what is compared is there, and the late accounts are known by their orders alone
    assert known_then.one("select as_of_date from intermediate.int_as_of") == AS_OF
    assert known_then.one("select count(*) from marts.rfm_scores") > 300
    assert known_then.one("select count(*) from audiences.campaign_members") > 50
    assert known_then.rows(
        """
        select customer_id
        from audiences.campaign_recipients
        where
            campaign_id = 'second_purchase'
            and (customer_id like 'late-%' or customer_id = 'child')
        order by customer_id
        """
    ) == [("late-birth-date",), ("late-email",), ("late-name",)]

    assert looked_back.differences(known_then, ("marts", "audiences", "exports")) == {}
    assert later_rows(looked_back) == later_rows_of(raw)
    assert set(later_rows(known_then).values()) == {0}


def later_rows(built: Build) -> dict[str, int]:
    """Return the counted rows from after the day of events and orders."""
    return dict(
        built.rows(
            """
            select table_name, rows_after_as_of
            from quality.data_quality
            where table_name in ('events', 'orders')
            """
        )
    )


def later_rows_of(raw: Path) -> dict[str, int]:
    """Return the events and orders from after the day in the files, each once."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        return dict(
            connection.execute(
                f"""
                select 'events', count(distinct event_id)
                from '{raw}/events.parquet'
                where {is_later("occurred_at")}
                union all
                select 'orders', count(distinct order_id)
                from read_csv('{raw}/orders.csv', all_varchar = true)
                where
                    {is_later("ordered_at")}
                    and try_cast(gross_amount as decimal(18, 4)) is not null
                """
            ).fetchall()
        )
