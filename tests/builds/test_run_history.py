"""quality.run_history tells a build that may be published from a part, a failure and a stop."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from deliveries import begin, deliver, events
from warehouse import ROOT, Build, build, write_csv

from dangol.erasure.tombstones import Tombstones, read_key

RUNS = "select command, is_complete, status from quality.run_history order by started_at"


def test_the_build_of_the_sample_is_green_and_incomplete_since_its_tests_were_left_out(
    sample_build: Build,
) -> None:
    assert sample_build.rows(RUNS) == [("build", False, "green")]
    told = (
        "select cast(as_of_date as text), raw, variables, test_count, failure_count,"
        " model_count > 100, finished_at > started_at from quality.run_history"
    )
    raw = str(ROOT / "sample")
    assert sample_build.rows(told) == [("2026-06-30", raw, f'{{"raw": "{raw}"}}', 0, 0, True, True)]


def test_a_run_notes_what_it_read_of_each_raw_table(sample_build: Build) -> None:
    noted = sample_build.rows(
        """
        select tables.* exclude (invocation_id)
        from quality.run_tables as tables
        inner join quality.run_history as history on tables.invocation_id = history.invocation_id
        where
            history.duration_seconds > 0
            and tables.table_name in ('events', 'order_items', 'orders')
        order by tables.table_name
        """
    )
    counted = sample_build.rows(
        """
        with days as (
            select 'events' as table_name, max(occurred_at) as newest_at,
                count(case when event_date = date '2026-06-30' then 1 end) as rows_of_day
            from intermediate.int_events
            union all
            select 'order_items', null, null
            union all
            select 'orders', max(ordered_at),
                count(case when order_date = date '2026-06-30' then 1 end)
            from staging.stg_orders
        )
        select date '2026-06-30', table_name, rows_read, rows_accepted, rows_rejected,
            rows_duplicate, rows_erased, rows_waiting, rows_late, newest_at, rows_of_day
        from quality.data_quality
        inner join days using (table_name)
        order by table_name
        """
    )
    assert noted == counted
    assert sample_build.one("select count(*) from quality.run_tables") == 18


def test_every_row_that_a_run_read_is_noted_though_the_warehouse_be_of_an_older_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANGOL_ERASURES", str(tmp_path))
    tombstones = Tombstones(tmp_path / "tombstones.csv")
    key = read_key(tmp_path, tombstones, make=True)
    tombstones.add(key, [("customer_id", "c01")], date(2026, 4, 10))
    tombstones.write()
    raw, home = tmp_path / "raw", tmp_path / "home"
    begin(raw)
    counting = ["+data_quality", "+int_raw_usuals", "+int_event_files"]
    assert build(raw, home, select=counting).is_green
    with duckdb.connect(str(home / "shop.duckdb")) as connection:
        for column in ("rows_erased", "rows_waiting"):
            connection.execute(f"alter table quality.run_tables drop column {column}")
    late = {"occurred_at": "2026-03-01T10:00:00", "received_at": "2026-04-01T10:00:00"}
    deliver(
        raw,
        "too_late",
        *events(
            {"event_id": "z1", "anonymous_id": "a1", **late},
            {"event_id": "z2", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )
    built = build(raw, home, select=counting)
    assert built.is_green, built.messages
    noted = """
        select
            count(*) > 5,
            bool_and(
                tables.rows_read = tables.rows_accepted + tables.rows_rejected
                + tables.rows_duplicate + tables.rows_erased + tables.rows_waiting
            ),
            count(case when tables.table_name = 'customers' then tables.rows_erased end),
            max(case when tables.table_name = 'customers' then tables.rows_erased end),
            max(tables.rows_waiting)
        from quality.run_tables as tables
        inner join quality.run_history as history on tables.invocation_id = history.invocation_id
        group by history.invocation_id
        order by max(history.started_at)
        """
    assert built.rows(noted) == [(True, None, 0, None, None), (True, True, 1, 1, 1)]
    types = "select distinct typeof(rows_erased), typeof(rows_waiting) from quality.run_tables"
    assert built.rows(types) == [("BIGINT", "BIGINT")]


def test_a_dated_table_without_rows_of_the_day_has_none_and_a_test_that_failed_was_run(
    tmp_path: Path,
) -> None:
    """Orders are of a later day only, the file of tickets has a header only."""
    raw = write_csv(
        tmp_path / "raw",
        orders="order_id,ordered_at,status,gross_amount\no1,2026-01-09T00:00:00Z,paid,1000",
        order_items="order_id,line_number,product_id,quantity,unit_price",
        events="event_id,event_name,occurred_at\ne1,page_view,2026-01-05T00:00:00Z\ne2,search,x",
        tickets="ticket_id,opened_at",
    )
    home, day = tmp_path / "home", "2026-01-05"
    limit = "rejected_share_is_within_the_limit"
    tests = [limit, "data_quality_is_one_row_per_raw_table"]
    assert build(raw, home, select=["+data_quality", "+int_raw_usuals"], as_of=day).is_green
    built = build(raw, home, select=tests, with_tests=True, as_of=day)
    assert (built.is_green, built.statuses[limit]) == (False, "error")
    assert built.rows("select table_name, rows_of_day from quality.run_tables order by 1") == [
        ("events", 1),
        ("order_items", None),
        ("orders", 0),
        ("tickets", 0),
    ]
    told = "select test_count, failure_count from quality.run_history order by started_at"
    assert built.rows(told) == [(0, 0), (2, 1)]


def test_a_part_a_failure_and_a_stop_are_told_apart(tmp_path: Path) -> None:
    raw = write_csv(
        tmp_path / "raw",
        orders="""
            order_id,ordered_at,status,gross_amount,customer_id
            o1,2026-01-01T00:00:00Z,paid,1000,c1
        """,
    )
    home = tmp_path / "home"
    build(raw, home, select=["stg_orders"])
    build(raw, home, select=["export_sms"])
    (raw / "orders.csv").unlink()
    built = build(raw, home, with_tests=True)
    assert not built.is_green
    assert (
        built.one("select count(*) from information_schema.tables where table_name = 'run_tables'")
        == 0
    )
    assert built.rows(RUNS) == [
        ("build", False, "green"),
        ("build", False, "failed"),  # what the file is made of was never built
        ("build", True, "running"),  # RAW holds neither orders nor events
    ]
