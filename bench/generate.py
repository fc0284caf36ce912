"""Write the benchmark's raw files: `python bench/generate.py SIZE FOLDER`.

SIZE is tiny, small, medium or large. FOLDER/raw is the history, 540 local days; FOLDER/next is what
arrives on the day after. Events lie in one file per local day on which they were received. See
generate.sql for what they hold.
"""

import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

PEOPLE = {"tiny": 1_000, "small": 100_000, "medium": 300_000, "large": 1_000_000}
DAYS = 540
DAYS_AT_ONCE = 20
"""Days of events that are made at one time, which bounds the memory."""
LAST_DAY = date(2026, 6, 30)
SAMPLE = Path(__file__).parents[1] / "src" / "dangol" / "sample"
SCRIPTS = [
    SAMPLE / "01_settings.sql",
    SAMPLE / "02_products.sql",
    Path(__file__).parent / "generate.sql",
]
TABLES = {
    "customers": "customer_id, updated_at",
    "orders": "updated_at, order_id",
    "order_items": "arrived_at, order_id, line_number",
    "products": "product_id",
    "prices": "product_id, changed_at",
    "inventory": "counted_at, product_id",
    "consents": "changed_at, customer_id, channel, purpose",
    "suppressions": "suppressed_at, contact, channel",
    "devices": "device_id, last_seen_at",
    "messages": "sent_at, message_id",
    "message_events": "occurred_at, message_id, event_name",
    "assignments": "assigned_at, campaign_id, customer_id",
    "coupons": "issued_at, coupon_code, redeemed_at",
    "points": "occurred_at, entry_id",
    "tickets": "opened_at, ticket_id",
    "survey_answers": "answered_at, answer_id",
    "ad_spend": "spend_date, source, medium, campaign",
}


def generate(people: int, days: int, folder: Path) -> None:
    """Write the folders `raw` (the history) and `next` (the day after it), over what is there.

    Args:
        people: people with an account or an order; each has about 10 orders and 100 events.
        days: local days of the history, the last of which is LAST_DAY.
        folder: where; about 2.5 GB for a million people, and as much again while it runs.
    """
    started = time.monotonic()
    for name in ("raw", "next", "work"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "work").mkdir(parents=True)
    with duckdb.connect(str(folder / "work" / "generate.duckdb")) as connection:
        connection.execute("set memory_limit = '6GB'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set timezone = 'UTC'")
        connection.execute("set variable seed = 1::bigint")
        connection.execute(f"set variable people = {people}::bigint")
        # the next day is generated like the others
        connection.execute(f"set variable days = {days + 1}::integer")
        connection.execute(f"set variable last_day = date '{LAST_DAY + timedelta(days=1)}'")
        for script in SCRIPTS:
            connection.execute(script.read_text(encoding="utf-8"))
        _tell(started, "the shop is made")
        for table, order in TABLES.items():
            _write_table(connection, folder, table, order)
        _tell(started, "its tables are written")
        _write_events(connection, folder, days)
        _tell(started, "its events are written")
    shutil.rmtree(folder / "work")


def _write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: str, order: str
) -> None:
    for name, day, arrived in (
        ("raw", LAST_DAY, "arrived_at < history_end()"),
        ("next", LAST_DAY + timedelta(days=1), "arrived_at between history_end() and sample_end()"),
    ):
        rows = f"select * exclude (arrived_at) from raw_{table} where {arrived} order by {order}"
        _copy(connection, rows, folder / name / table / f"{day}.parquet")


def _write_events(connection: duckdb.DuckDBPyConnection, folder: Path, history: int) -> None:
    """Write a file per day of receipt, some days at a time; what comes late waits in a table."""
    connection.execute("create table waiting as from events_of_days(-1, -1)")
    for first in range(0, history + 1, DAYS_AT_ONCE):
        days = range(first, min(first + DAYS_AT_ONCE, history + 1))
        connection.execute(
            "create or replace temp table delivered as from waiting"
            f" union all from events_of_days({days[0]}, {days[-1]})"
        )
        for number in days:
            day = LAST_DAY - timedelta(days=history - 1 - number)
            rows = (
                "select * exclude (received_day) from delivered"
                f" where received_day = {number} order by received_at, event_id"
            )
            name = "next" if number == history else "raw"
            _copy(connection, rows, folder / name / "events" / f"{day}.parquet")
        connection.execute(
            f"create or replace table waiting as from delivered where received_day > {days[-1]}"
        )


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    target = str(path).replace("'", "''")
    connection.execute(f"copy ({rows}) to '{target}' (format parquet, compression zstd)")


def _tell(started: float, what: str) -> None:
    print(f"{time.monotonic() - started:6.0f} s  {what}", flush=True)


if __name__ == "__main__":
    generate(PEOPLE[sys.argv[1]], DAYS, Path(sys.argv[2]))
