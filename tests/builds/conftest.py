"""Fixtures of the tests over whole builds: what several tests read is made once in a run."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from warehouse import CAMPAIGNS, ROOT, VALUE, Build, Mapped, Once, build, build_once

from dangol.mapping import run_mapping

LONGEST = (
    "test_spark_parity",
    "test_five_days",
    "test_properties",
    "test_bad_input",
    "test_survival",
)
"""Files that take minutes: they begin first, so that no worker waits for one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


EXAMPLES = {
    "online_retail": ("online_retail/online_retail.sql", "online_retail.parquet"),
    "ga4": ("ga4/ga4.sql", "ga4_events.parquet"),
    "cdnow_master": ("transactions/cdnow_master.sql", "cdnow_master.txt"),
    "cdnow_sample": ("transactions/cdnow_sample.sql", "cdnow_sample.txt"),
    "rfm_orders": ("transactions/rfm_orders.sql", "rfm_orders.csv"),
}


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Make a thing once for all workers of a run; the others wait and read what was returned."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "shared"
    shared.mkdir(exist_ok=True)

    def made(name: str, make: Callable[[Path], Any]) -> Any:
        answer = shared / f"{name}.json"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not answer.exists():
                folder = shared / name
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                answer.write_text(json.dumps(make(folder)), encoding="utf-8")
        return json.loads(answer.read_text(encoding="utf-8"))

    return made


@pytest.fixture(scope="session")
def sample_build(once: Once) -> Build:
    """The committed sample built with the defaults (on eight threads), once; read it only."""
    return build_once(
        once,
        "sample",
        lambda folder: build(
            ROOT / "sample",
            folder,
            threads=8,
            engine_threads=8,
            knows_tests=True,
            write_json=True,
        ),
    )


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session made for small data: one task, no generated code, tables for this run only.

    dbt-spark takes the session that the process already has.
    """
    pyspark_sql = pytest.importorskip("pyspark.sql", reason="PySpark 4 needs Python 3.11")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
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


@pytest.fixture(scope="session")
def mapped(once: Once, real_data: Path) -> Mapped:
    """Return a function from an example's name to the folder of its mapped raw tables."""

    def folder_of(name: str) -> Path:
        sql, file = EXAMPLES[name]

        def map_into(folder: Path) -> str:
            run_mapping(ROOT / "examples" / sql, {"source": real_data / file}, folder)
            return str(folder)

        return Path(once(f"mapped_{name}", map_into))

    return folder_of


@pytest.fixture(scope="session")
def cdnow_value(once: Once, mapped: Mapped) -> Build:
    """The CDNOW sample at the end of its 39 weeks."""
    return build_once(
        once,
        "cdnow_value",
        lambda folder: build(
            mapped("cdnow_sample"),
            folder,
            select=VALUE,
            exclude=CAMPAIGNS,
            as_of="1997-09-30",
            reporting_timezone="America/New_York",
        ),
    )
