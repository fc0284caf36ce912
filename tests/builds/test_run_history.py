"""quality.run_history tells a build that may be published from a part, a failure and a stop."""

from __future__ import annotations

from pathlib import Path

from warehouse import ROOT, Build, build, write_csv

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
            rows_duplicate, rows_late, newest_at, rows_of_day
        from quality.data_quality
        inner join days using (table_name)
        order by table_name
        """
    )
    assert noted == counted
    assert sample_build.one("select count(*) from quality.run_tables") == 18


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
