"""The benchmark compares like with like: marts by hand and other tools give the build's rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import pytest
from warehouse import ROOT, Build, Once, build, build_once

sys.path.insert(0, str(ROOT / "bench"))

import generate as shop
import limit
import measure
import purchases
import run

PEOPLE, DAYS = 400, 150
MARTS = {**run.MARTS, **run.LEDGER}


@pytest.fixture(scope="module")
def folder(once: Once) -> Path:
    """A tiny shop of the benchmark: the history in `raw`, the day after it in `next`."""

    def make(place: Path) -> str:
        shop.generate(PEOPLE, DAYS, place)
        return str(place)

    return Path(once("benchmark_shop", make))


@pytest.fixture(scope="module")
def built(once: Once, folder: Path) -> Build:
    """The core marts of that shop as the project builds them."""
    return build_once(
        once,
        "benchmark_build",
        lambda place: build(folder / "raw", place, select=[f"+{mart}" for mart in MARTS]),
    )


def events(folder: Path, sql: str, days: str = "raw") -> tuple[float, ...]:
    """Return the one row of a query on the events, which it calls `events`."""
    source = f"read_parquet('{folder}/{days}/events/*.parquet', filename = true)"
    row = duckdb.sql(f"with events as (from {source}) {sql}").fetchone()
    assert row is not None
    return row


def test_each_file_holds_the_events_received_on_one_local_day(folder: Path) -> None:
    assert len(list((folder / "raw" / "events").iterdir())) == DAYS
    assert [file.name for file in (folder / "next" / "events").iterdir()] == ["2026-07-01.parquet"]
    outside = """
        select count(*) from events
        where parse_filename(filename, true)
            <> strftime(received_at at time zone 'Asia/Seoul', '%Y-%m-%d')
    """
    assert events(folder, outside) == (0,)
    assert events(folder, outside, "next") == (0,)


def test_one_event_in_a_hundred_is_late_and_none_by_more_than_three_days(folder: Path) -> None:
    late, latest = events(
        folder,
        "select avg((received_at > occurred_at + interval 1 hour)::integer),"
        " date_diff('hour', min(occurred_at - received_at) + now(), now()) from events",
    )
    assert 0.008 < late < 0.013
    assert latest <= 72


def test_one_event_in_a_thousand_comes_twice(folder: Path) -> None:
    (share,) = events(folder, "select 1 - count(distinct event_id) / count(*) from events")
    assert 0.0003 < share < 0.002


def test_the_next_day_brings_late_events_and_known_ones_again(folder: Path) -> None:
    (late,) = events(
        folder,
        "select count(*) from events where occurred_at < '2026-06-30 15:00:00+00'",
        "next",
    )
    assert late > 0


def test_a_person_has_about_ten_orders_and_a_hundred_events(folder: Path) -> None:
    orders = duckdb.sql(f"select count(*) from '{folder}/raw/orders/*.parquet'").fetchall()[0][0]
    (count,) = events(folder, "select count(*) from events")
    # few people are skewed: a shop of 400 is not as near to it as one of 100,000
    assert 4 < orders / PEOPLE < 20
    assert 40 < count / PEOPLE < 200


def test_the_same_shop_is_generated_again(folder: Path, tmp_path: Path) -> None:
    shop.generate(PEOPLE, DAYS, tmp_path)
    for table in ("events", "orders", "messages", "customers"):
        old, new = (
            f"from read_parquet('{place}/raw/{table}/*.parquet')" for place in (folder, tmp_path)
        )
        for one, other in ((old, new), (new, old)):
            assert duckdb.sql(f"select count(*) from ({one} except all {other})").fetchall() == [
                (0,)
            ]


def test_the_marts_by_hand_equal_those_of_the_build(
    folder: Path, built: Build, tmp_path: Path
) -> None:
    out = tmp_path / "limit.duckdb"
    limit.run(folder / "raw", out, built.warehouse)
    assert run.differences(built.warehouse, out, MARTS) == dict.fromkeys(MARTS, 0)
    for mart, schema in MARTS.items():
        assert built.one(f"select count(*) from {schema}.{mart}") > 0, mart


@pytest.mark.parametrize("tool", ["pandas", "polars"])
def test_a_tool_that_is_compared_gives_the_scores_of_the_build(
    built: Build, tool: str, tmp_path: Path
) -> None:
    orders = tmp_path / "orders.parquet"
    as_of = built.one("select as_of_date from intermediate.int_as_of")
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        connection.execute(
            "copy (select *, net_revenue::double as revenue from marts.orders"
            f" where customer_id is not null) to '{orders}'"
        )
    taken = purchases.run(tool, orders, as_of, tmp_path, tmp_path)
    assert set(taken) == {"rfm", "summary"}
    theirs = duckdb.sql(
        "select customer_id, recency_days_score, frequency_score, monetary_score"
        f" from '{tmp_path / tool}_rfm.parquet' order by customer_id"
    ).fetchall()
    assert theirs == built.rows(
        "select customer_id, recency_score, frequency_score, monetary_score"
        " from marts.rfm_scores order by customer_id"
    )


def test_what_stands_behind_members_and_texts_is_no_part_of_the_ledgers_share() -> None:
    parents = {
        "campaign_eligibility": ["campaign_checks"],
        "campaign_checks": ["campaign_texts", "int_message_permissions"],
        "campaign_texts": ["campaign_drafts"],
        "campaign_drafts": [],
        "int_message_permissions": ["customers"],
        "customers": ["orders"],
    }
    parents |= {mart: [] for mart in run.MARTS if mart not in parents}
    manifest = {
        "parent_map": {
            f"model.dangol.{name}": [f"model.dangol.{parent}" for parent in names]
            for name, names in parents.items()
        }
    }
    shares = run.core_models(json.loads(json.dumps(manifest)))
    assert shares["core marts"] == set(run.MARTS)
    assert shares["eligibility"] == {
        "campaign_eligibility",
        "campaign_checks",
        "int_message_permissions",
    }


def test_the_work_of_a_child_that_nobody_waits_for_is_counted(tmp_path: Path) -> None:
    """Spark's process is such a child of the build's: it lives until the build has ended."""
    written = tmp_path / "written"
    child = tmp_path / "child.py"
    child.write_text(
        "import time\n"
        f"with open({str(written)!r}, 'wb') as file:\n"
        "    file.write(bytes(20_000_000))\n"
        "while time.process_time() < 1:\n"
        "    pass\n"
        f"open({str(written) + '.done'!r}, 'w').close()\n"
        "time.sleep(30)\n"
    )
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, {str(child)!r}])\n"
        f"while child.poll() is None and not os.path.exists({str(written) + '.done'!r}):\n"
        "    time.sleep(0.1)\n"
        "time.sleep(1)\n"
        "child.kill()\n"
        "os._exit(0)\n"
    )

    measured = measure.measure([sys.executable, str(parent)], tmp_path, tmp_path / "log")

    assert measured.cpu_seconds >= 0.9
    assert measured.written_bytes >= 20_000_000
