"""The summary reads what is there, and leaves out what is not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dangol.build import Outcome
from dangol.settings import Settings
from dangol.summary import print_summary


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema intermediate; create schema marts; create schema audiences;
            create schema quality;
            create table intermediate.int_as_of as
                select date '2026-06-30' as as_of_date, 'KRW' as reporting_currency;
            create table marts.customers as
                select range as customer_id, range % 2 as order_count from range(10);
            create table marts.orders as
                select range as order_id, range < 4 as is_valid, 1500.5 as net_revenue
                from range(5);
            create table marts.rfm_scores as
                select 'Champions' as segment_name_en, '최우수 고객' as segment_name_ko
                from range(3);
            create table marts.customer_value as
                select range as customer_id, 250.25 as predicted_value_365d,
                    cast(null as varchar) as unavailable_reason,
                    cast(null as varchar) as spend_unavailable_reason
                from range(5);
            create table marts.value_backtest as
                select 'bg_nbd' as method, 'all' as calibration_group, 9.4 as predicted_orders,
                    8 as actual_orders, 0.175 as difference_share, null as unavailable_reason,
                    date '2026-04-01' as fitted_until;
            create table audiences.campaign_eligibility as
                select 'winback' as campaign_id, range as customer_id, range = 0 as is_eligible,
                    case when range = 0 then 'eligible' else 'no_consent' end as reason_code
                from range(2);
            create table audiences.campaign_recipients as
                select 'sms' as channel, 10.0 as cost;
            create table quality.data_quality as
                select 'orders' as table_name, 'csv' as file_format, 7 as rows_read,
                    5 as rows_accepted, 1 as rows_rejected, 1 as rows_duplicate,
                    2 as unreadable_values, 'colour' as unknown_columns, 3 as rows_erased,
                    4 as rows_waiting;
            create table quality.rejected_rows as
                select 'orders' as table_name, 'gross_amount is missing' as reason;
            create table quality.health_checks as
                select 'ok' as status, 'events: 100 on 2026-06-30' as message;
            """
        )
    return path


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_marketer_reads_people_money_segments_audiences_and_rejections(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_summary(Settings(warehouse=str(warehouse)), warehouse.parent)
    lines = lines_of(capsys.readouterr().out)
    assert "The shop at the end of 2026-06-30" in lines
    assert "people 10" in lines
    assert "buyers 5 with a valid order" in lines
    assert "orders 5 of them 4 valid" in lines
    assert "net revenue 7,502 KRW" in lines
    assert any(line.startswith("Champions (최우수 고객) 3 #") for line in lines)
    assert "next 365 days 1,251 net revenue to expect of these buyers" in lines
    assert "back-test 9 orders predicted after 2026-04-01, of 8 that came (+18%)" in lines
    assert "winback 2 1 no_consent" in lines
    assert "Planned: 1 by sms; cost about 10" in lines
    assert (
        "orders 7 5 1 1 3 of erased people; 4 too late: in with the next --full-refresh;"
        " 2 values unreadable; not read: colour"
    ) in lines
    assert "1 orders: gross_amount is missing" in lines
    assert "Health of the raw tables: as usual (one check; quality.health_checks)" in lines
    assert "Where to look next" in lines


def test_the_command_that_opens_the_warehouse_is_quoted_for_a_shell(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = warehouse.rename(warehouse.parent / "my shop.duckdb")
    print_summary(Settings(warehouse=str(moved)), moved.parent)
    assert f"duckdb -readonly '{moved}' then" in " ".join(capsys.readouterr().out.split())


def test_what_came_in_unusually_is_told_in_its_own_words_and_not_by_the_name_of_a_test(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            insert into quality.health_checks values
                ('warn', 'orders: 12 on 2026-06-30, usually 25 on a Tuesday: 48 % of the usual'),
                ('fail', 'points: none on 2026-06-30, usually 40 a day'),
                ('not_judged', null)
            """
        )
    named = "what_came_in_is_as_much_and_as_fresh_as_usual: Got 1 result"
    outcome = Outcome(True, [], [named, "another: warning"], {}, 1)
    print_summary(Settings(warehouse=str(warehouse)), warehouse.parent, outcome)
    lines = lines_of(capsys.readouterr().out)
    place = lines.index("Health of the raw tables (all checks: quality.health_checks)")
    assert lines[place + 1 : place + 3] == [
        "failure points: none on 2026-06-30, usually 40 a day",
        "warning orders: 12 on 2026-06-30, usually 25 on a Tuesday: 48 % of the usual",
    ]
    assert lines[lines.index("Warnings (1)") + 1] == "another: warning"


def test_checks_that_all_judge_nothing_are_told(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update quality.health_checks set status = 'not_judged', message = null")
    print_summary(Settings(warehouse=str(warehouse)), warehouse.parent)
    told = "Health of the raw tables: no check could be judged (quality.health_checks says why)"
    assert told in lines_of(capsys.readouterr().out)


def test_a_shop_whose_value_is_not_predicted_reads_why(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update marts.customer_value"
            " set predicted_value_365d = null, unavailable_reason = 'too_few_buyers'"
        )
    assert print_summary(Settings(warehouse=str(warehouse)), warehouse.parent)
    assert "not predicted: too_few_buyers" in lines_of(capsys.readouterr().out)


def test_a_build_that_failed_early_has_nothing_to_sum_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    outcome = Outcome(False, ["no such column"], [], {"models": 1, "skipped": 3}, 2.4)
    assert print_summary(Settings(warehouse=str(path)), tmp_path, outcome)
    assert lines_of(capsys.readouterr().out) == ["", "Failed in 2 s: 1 models, 3 skipped."]


def test_tables_of_an_earlier_build_are_called_that(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(False, ["x"], [], {}, 1)
    print_summary(Settings(warehouse=str(warehouse)), warehouse.parent, outcome)
    assert "parts of what follows are of an earlier build" in capsys.readouterr().out


def test_the_summary_changes_nothing(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = warehouse.read_bytes()
    print_summary(Settings(warehouse=str(warehouse)), warehouse.parent)
    assert warehouse.read_bytes() == before
