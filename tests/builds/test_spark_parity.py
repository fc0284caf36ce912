"""Every model is equal, row for row and digit for digit, on DuckDB and on Spark.

Of the models of customer value, which take logarithms, the doubles agree to nine digits: engines
leave the last ones to their processor and their library. Spark is given DuckDB's fits as a seed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deliveries import DAYS, begin, merged, missing_day
from tiny_shop import make_shop
from warehouse import ROOT, Build, Mapped, build

pytestmark = pytest.mark.spark

PATHS = sorted((ROOT / "models").rglob("*.sql"))
NAMES = [path.stem for path in PATHS]
SALES = ("stg_orders", "stg_order_items", "orders", "order_items", "rfm_scores", "customer_value")
"""Online Retail has neither events nor messages: its 541,909 lines of sales are what it adds."""
KEPT = (
    *("int_delivered_events", "int_repeated_events", "int_postponed_events", "int_event_files"),
    *("int_event_slots", "int_device_session_days", "int_visitor_product_days"),
)
"""What is kept of events from run to run: all else is made anew of it."""
MODELLED = frozenset(
    (
        *("int_order_horizons", "int_order_terms", "int_order_expectations", "int_value_scores"),
        *("int_backtest_predictions", "customer_value", "value_backtest"),
    )
)
"""Models whose doubles come of logarithms; those of all others are equal to the last digit."""
OLDER_RUN_TABLES = """
    create table if not exists quality.run_tables (
        invocation_id string, as_of_date date, table_name string, rows_read bigint,
        rows_accepted bigint, rows_rejected bigint, rows_duplicate bigint, rows_late bigint,
        newest_at timestamp, rows_of_day bigint
    ) using parquet
    """
"""`quality.run_tables` as a version made it that noted neither erased nor waiting rows."""
OF_THE_ENGINE = ("int_event_files", "settings")
"""A model and its column that hashes SQL, in which the engines differ."""


class Pair:
    """The same raw folder built on both engines, beside each other in one DuckDB connection."""

    def __init__(self, ours: Build, theirs: Build, spark: Any) -> None:
        assert ours.is_green, ours.messages
        assert theirs.is_green, theirs.messages
        self.spark = spark
        self.connection = duckdb.connect(str(ours.warehouse), read_only=True)
        self.connection.execute("set timezone = 'UTC'")
        self.schemas = dict(
            self.connection.execute(
                "select table_name, table_schema from information_schema.tables"
                " where table_schema not in ('landing', 'main')"
                " and table_name not in ('run_history', 'run_tables')"
            ).fetchall()
        )

    def differences(self, name: str) -> list[tuple[Any, ...]]:
        """Return up to ten rows that only one engine has, as (engine, row as text)."""
        table = f"{self.schemas[name]}.{name}"
        theirs = self.spark.table(table).toArrow()
        self.connection.register("theirs", theirs)
        columns = [
            (str(row[0]), str(row[1]))
            for row in self.connection.execute(f"describe {table}").fetchall()
        ]
        assert [column for column, _ in columns] == theirs.column_names
        columns = [pair for pair in columns if (name, pair[0]) != OF_THE_ENGINE]
        listed = ", ".join(f'{spoken(column, kind)} as "{column}"' for column, kind in columns)
        doubles = [column for column, kind in columns if kind == "DOUBLE"]
        if name in MODELLED and doubles:
            exact = [column for column, _ in columns if column not in doubles]
            found = self.connection.execute(nearly_equal(table, listed, exact, doubles)).fetchall()
            self.connection.unregister("theirs")
            return found
        found = self.connection.execute(
            f"""
            with ours as (select {listed} from {table}),
            theirs_read as (select {listed} from theirs)
            select * from (
                select 'only on DuckDB', cast(d as varchar)
                from (select * from ours except all select * from theirs_read) as d
                union all
                select 'only on Spark', cast(d as varchar)
                from (select * from theirs_read except all select * from ours) as d
            ) limit 10
            """
        ).fetchall()
        self.connection.unregister("theirs")
        return found


def spoken(column: str, kind: str) -> str:
    """Return SQL that brings both engines' values of a column to one type, unchanged."""
    if kind.startswith("TIMESTAMP"):
        return f"timezone('UTC', cast(\"{column}\" as timestamptz))"
    return f'cast("{column}" as {kind})'


def nearly_equal(table: str, listed: str, exact: list[str], doubles: list[str]) -> str:
    """Return SQL of up to ten pairs of rows, in the order of their exact columns, that differ."""
    order = ", ".join(f'"{column}"' for column in [*exact, *doubles])
    differing = [f'one."{column}" is distinct from other."{column}"' for column in exact]
    for column in doubles:
        both = f'one."{column}"', f'other."{column}"'
        differing += [
            "({} is null) <> ({} is null)".format(*both),
            "abs({0} - {1}) > 1e-9 * greatest(abs({0}), abs({1}))".format(*both),
        ]
    return f"""
        with ours_read as (select {listed} from {table}),
        theirs_read as (select {listed} from theirs),
        ours_placed as (select *, row_number() over (order by {order}) as place from ours_read),
        theirs_placed as (select *, row_number() over (order by {order}) as place from theirs_read)
        select cast(one as varchar), cast(other as varchar)
        from ours_placed as one full join theirs_placed as other on one.place = other.place
        where one.place is null or other.place is null or {" or ".join(differing)}
        limit 10
        """


def with_fits_of(built: Build, project: Path) -> Path:
    """Return a copy of the project whose seed value_fits has the parameters of a DuckDB build."""
    for name in ("models", "macros", "seeds", "tests/data"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copyfile(ROOT / "dbt_project.yml", project / "dbt_project.yml")
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        connection.execute(
            "copy (select * from marts.value_parameters order by all)"
            f" to '{project / 'seeds' / 'value_fits.csv'}' (header)"
        )
    return project


def with_newest_events(days: int, raw: Path) -> Path:
    """Copy the sample to `raw`, of its events those of the last days only.

    Spark keeps events by day, and takes a tenth of a second to write the smallest of them.
    """
    shutil.copytree(ROOT / "sample", raw)
    events = raw / "events.parquet"
    duckdb.execute(
        f"copy (with events as (from '{ROOT / 'sample' / 'events.parquet'}')"
        " from events where occurred_at >"
        f" (select max(occurred_at) - interval {days} day from events)) to '{events}'"
    )
    return raw


@pytest.fixture(scope="session")
def sample_pair(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The sample with the events of its last hundred days on both engines."""
    folder = tmp_path_factory.mktemp("sample_on_spark")
    raw = with_newest_events(100, folder / "raw")
    ours = build(raw, folder / "duckdb", threads=8, engine_threads=8, knows_tests=True)
    project = with_fits_of(ours, folder / "project")
    spark.sql("create schema if not exists quality")
    spark.sql(OLDER_RUN_TABLES)
    theirs = build(raw, folder / "spark", project=project, target="spark")
    return Pair(ours, theirs, spark)


@pytest.fixture(scope="session")
def retail_pair(spark: Any, mapped: Mapped, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Online Retail on both engines."""
    folder = tmp_path_factory.mktemp("retail_on_both")
    raw = mapped("online_retail")
    zone = "Europe/London"
    chosen = {"select": [f"+{name}" for name in SALES], "reporting_timezone": zone}
    ours = build(raw, folder / "duckdb", **chosen)
    project = with_fits_of(ours, folder / "project")
    theirs = build(raw, folder / "spark", project=project, target="spark", **chosen)
    return Pair(ours, theirs, spark)


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_equal_on_both_engines(sample_pair: Pair, name: str) -> None:
    assert sample_pair.differences(name) == []


def test_a_run_on_spark_notes_what_a_run_on_duckdb_notes(sample_pair: Pair) -> None:
    runs = "select command, is_complete, status, as_of_date, raw, failure_count"
    took = "unix_micros(finished_at) - unix_micros(started_at), duration_seconds"
    tables = (
        "select as_of_date, table_name, rows_read, rows_accepted, rows_rejected, rows_duplicate,"
        " rows_erased, rows_waiting, rows_late, cast(newest_at as string), rows_of_day"
        " from quality.run_tables"
        " where invocation_id in (select invocation_id from quality.run_history where raw = '{}')"
        " order by table_name"
    )
    ours = sample_pair.connection.execute(f"{runs} from quality.run_history").fetchall()
    (raw,) = {row[4] for row in ours}
    history = f"from quality.run_history where raw = '{raw}'"
    assert [tuple(row) for row in sample_pair.spark.sql(f"{runs} {history}").collect()] == ours
    ((micros, seconds),) = sample_pair.spark.sql(f"select {took} {history}").collect()
    assert micros > 0
    assert abs(micros / 1e6 - seconds) <= 0.001
    noted = [tuple(row) for row in sample_pair.spark.sql(tables.format(raw)).collect()]
    assert noted == sample_pair.connection.execute(tables.format(raw)).fetchall()
    assert len(noted) == 18


@pytest.mark.parametrize("name", SALES)
def test_online_retail_is_equal_on_both_engines(retail_pair: Pair, name: str) -> None:
    assert retail_pair.differences(name) == []


@pytest.fixture(scope="session")
def continued_pair(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A shop built anew on DuckDB, and built with what came later in a second run on Spark."""
    folder = tmp_path_factory.mktemp("continued_on_spark")
    chosen = {"select": ["+int_event_files"]}
    begin(folder / "raw")
    first = build(folder / "raw", folder / "spark", target="spark", **chosen)
    assert first.is_green, first.messages
    for delivered in (*DAYS["one_day"], merged, missing_day):
        delivered(make_shop(5), folder / "raw")
    theirs = build(folder / "raw", folder / "spark", target="spark", **chosen)
    ours = build(folder / "raw", folder / "duckdb", **chosen)
    assert spark.table("landing.event_window").collect()[0].is_continued
    return Pair(ours, theirs, spark)


@pytest.mark.parametrize("name", KEPT)
def test_a_next_build_on_spark_equals_a_full_refresh(continued_pair: Pair, name: str) -> None:
    assert continued_pair.differences(name) == []


def test_every_zone_of_the_seed_is_known_to_both_engines(spark: Any) -> None:
    zones = (ROOT / "seeds" / "time_zones.csv").read_text(encoding="utf-8").split()[1:]
    listed = ", ".join(f"('{zone}')" for zone in zones)
    moments = [f"timestamp '2025-{month}-15 00:00:00'" for month in ("01", "07")]
    ours, theirs = (
        ", ".join(pattern.format(moment) for moment in moments)
        for pattern in ("timezone(zone, timezone('UTC', {}))", "from_utc_timestamp({}, zone)")
    )
    rows = f"from (values {listed}) as zones (zone) order by zone"
    found = spark.sql(f"select zone, {theirs} {rows}").collect()
    assert [tuple(row) for row in found] == duckdb.sql(f"select zone, {ours} {rows}").fetchall()


def test_texts_are_encoded_and_counted_as_their_standards_say_on_spark(
    spark: Any, tmp_path: Path
) -> None:
    name = "values_in_addresses_and_lengths_in_cp949_are_as_their_standards_say"
    made = build(ROOT / "sample", tmp_path, target="spark", select=[name], with_tests=True)
    assert made.statuses[name] == "pass", made.messages
