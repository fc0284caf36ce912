"""A simulated Korean shop, written as raw files: the committed sample and the benchmark's input.

All the work is set-based SQL in the `*.sql` files beside this one, run in the order of their names
in DuckDB. Every draw is a hash of the seed, a key and a purpose, so the same arguments give the
same rows on any number of threads (DuckDB as pinned: another version may hash otherwise).
"""

import tempfile
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path

import duckdb

from dangol.quoting import literal

# Raw table -> (format, order of the rows). Events are written apart, some days at a time.
TABLES: dict[str, tuple[str, str]] = {
    "customers": ("csv", "customer_id"),
    "orders": ("csv", "order_id, updated_at"),
    "order_items": ("csv", "order_id, line_number"),
    "products": ("csv", "product_id"),
    "prices": ("csv", "product_id, changed_at"),
    "inventory": ("parquet", "product_id, counted_at"),
    "consents": ("parquet", "customer_id, channel, purpose, changed_at"),
    "suppressions": ("csv", "contact, channel, suppressed_at"),
    "devices": ("csv", "device_id"),
    "messages": ("parquet", "sent_at, message_id"),
    "message_events": ("parquet", "occurred_at, message_id, event_name"),
    "assignments": ("csv", "campaign_id, customer_id"),
    "coupons": ("csv", "coupon_code"),
    "points": ("parquet", "occurred_at, entry_id"),
    "tickets": ("csv", "ticket_id"),
    "survey_answers": ("csv", "answer_id"),
    "ad_spend": ("csv", "spend_date, source, medium, campaign"),
}
TRUTHS: dict[str, str] = {
    "identities": "identifier_type, identifier",
    "unmergeable": "identifier, customer_id",
    "price_hesitant": "person",
    "lifts": "campaign_id, arm",
}
LARGE = 100_000
"""Above this many customers every table is Parquet and `events` is a folder."""
SMALL = 10_000
"""Up to this many customers Parquet is packed as tight as it goes, which is slow."""
DAYS_PER_FILE = 30


def generate(
    customers: int,
    days: int,
    seed: int,
    out: Path,
    truth: Path | None = None,
    end_date: date = date(2026, 6, 30),
    progress: Callable[[str], None] | None = None,
    threads: int | None = None,
) -> None:
    """Write the 18 raw tables of a simulated shop to the folder `out`, over what is there.

    Args:
        customers: people with an account or an order (10 or more); about 60 times as many events
            come out in 548 days.
        days: local days (Asia/Seoul) that the sample covers, 60 or more; the last is `end_date`.
        seed: another seed, another shop.
        out: folder for `<table>.csv` and `<table>.parquet`; above 100,000 customers all is Parquet
            and `events/` holds a file per 30 days.
        truth: folder for the planted truths (`identities.csv` and others); None writes none.
        end_date: the newest local day, which has orders and events.
        progress: called with a line of text before each step.
        threads: DuckDB's threads; None leaves the choice to it. The rows do not depend on it.

    Raises:
        ValueError: `customers` or `days` is too small.
    """
    if customers < 10 or days < 60:
        raise ValueError(f"needs at least 10 customers and 60 days, got {customers} and {days}")
    tell = progress or (lambda _: None)
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="dangol_sample_", dir=out) as work,
        duckdb.connect(str(Path(work) / "sample.duckdb")) as connection,
    ):
        if threads is not None:
            connection.execute(f"set threads = {int(threads)}")
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set variable seed = {int(seed)}::bigint")
        connection.execute(f"set variable people = {int(customers)}::bigint")
        connection.execute(f"set variable days = {int(days)}::integer")
        connection.execute(f"set variable last_day = date '{end_date.isoformat()}'")
        for script in _scripts():
            tell(f"sample: {script.removesuffix('.sql').split('_', 1)[1]}")
            connection.execute(_read(script))
        is_large = customers > LARGE
        level = 19 if customers <= SMALL else 3
        _write_tables(connection, out, is_large, level, tell)
        _write_events(connection, out, days, is_large, level, tell)
        if truth is not None:
            tell("sample: planted truths")
            truth.mkdir(parents=True, exist_ok=True)
            for name, order in TRUTHS.items():
                _copy(connection, f"from truth_{name} order by {order}", truth / f"{name}.csv")


def _scripts() -> list[str]:
    files = resources.files(__package__).iterdir()
    return sorted(file.name for file in files if file.name.endswith(".sql"))


def _read(script: str) -> str:
    return (resources.files(__package__) / script).read_text(encoding="utf-8")


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    out: Path,
    is_large: bool,
    level: int,
    tell: Callable[[str], None],
) -> None:
    for table, (small_format, order) in TABLES.items():
        suffix = "parquet" if is_large else small_format
        other = "csv" if suffix == "parquet" else "parquet"
        tell(f"sample: writing {table}")
        (out / f"{table}.{other}").unlink(missing_ok=True)
        _copy(connection, f"from raw_{table} order by {order}", out / f"{table}.{suffix}", level)


def _write_events(
    connection: duckdb.DuckDBPyConnection,
    out: Path,
    days: int,
    is_large: bool,
    level: int,
    tell: Callable[[str], None],
) -> None:
    """Write `events.parquet`, or, when large, `events/events-NNN.parquet`, each in time order."""
    for old in [out / "events.parquet", *(out / "events").glob("events-*.parquet")]:
        old.unlink(missing_ok=True)
    folder = out / "events"
    if is_large:
        folder.mkdir(exist_ok=True)
    elif folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    step = DAYS_PER_FILE if is_large else days
    for number, first in enumerate(range(0, days, step), start=1):
        name = f"events/events-{number:03}.parquet" if is_large else "events.parquet"
        tell(f"sample: writing {name}")
        _copy(
            connection,
            f"from events_of_days({first}, {first + step - 1}) order by occurred_at, event_id",
            out / name,
            level,
        )


def _copy(connection: duckdb.DuckDBPyConnection, source: str, path: Path, level: int = 3) -> None:
    if path.suffix == ".csv":
        options = "format csv, header"
    else:
        options = f"format parquet, compression zstd, compression_level {level}"
    connection.execute(f"copy ({source}) to {literal(path)} ({options})")
