"""Every model is equal, row for row and digit for digit, on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from warehouse import ROOT, Build, Mapped, build

pyspark_sql = pytest.importorskip("pyspark.sql", reason="PySpark 4 needs Python 3.11")

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17"),
]

NAMES = sorted(path.stem for path in (ROOT / "models").rglob("*.sql"))
SALES = ("stg_orders", "stg_order_items", "orders", "order_items", "customers", "rfm_scores")
"""Online Retail has neither events nor messages: its 541,909 lines of sales are what it adds."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session made for small data: one task, no generated code, tables for this run only.

    dbt-spark takes the session that the process already has.
    """
    folder = tmp_path_factory.mktemp("spark")
    session = (
        pyspark_sql.SparkSession.builder.master("local[1]")
        .config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


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
                " where table_schema not in ('landing', 'main') and table_name <> 'run_history'"
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
        listed = ", ".join(f'{spoken(column, kind)} as "{column}"' for column, kind in columns)
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


@pytest.fixture(scope="session")
def sample_pair(spark: Any, sample_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The sample on both engines."""
    folder = tmp_path_factory.mktemp("sample_on_spark")
    return Pair(sample_build, build(ROOT / "sample", folder, target="spark"), spark)


@pytest.fixture(scope="session")
def retail_pair(spark: Any, mapped: Mapped, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Online Retail on both engines."""
    folder = tmp_path_factory.mktemp("retail_on_both")
    raw = mapped("online_retail")
    zone = "Europe/London"
    chosen = {"select": [f"+{name}" for name in SALES], "reporting_timezone": zone}
    ours = build(raw, folder / "duckdb", **chosen)
    theirs = build(raw, folder / "spark", target="spark", **chosen)
    return Pair(ours, theirs, spark)


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_equal_on_both_engines(sample_pair: Pair, name: str) -> None:
    assert sample_pair.differences(name) == []


@pytest.mark.parametrize("name", SALES)
def test_online_retail_is_equal_on_both_engines(retail_pair: Pair, name: str) -> None:
    assert retail_pair.differences(name) == []
