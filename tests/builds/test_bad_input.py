"""What bad input gets: each row of the README's table, and the ways in which files may be odd.

`python -m dangol build` runs as a process of its own where the exit code and the message matter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tiny_shop import AS_OF, make_shop, write_shop
from warehouse import CAMPAIGNS, ROOT, Build, build, profiles_folder, write_csv

ORDERS = """
    order_id,ordered_at,status,gross_amount,customer_id
    o1,2026-01-05T03:00:00Z,paid,1000,a
    o2,2026-02-05T03:00:00Z,delivered,2000,b
"""
ACCOUNTED = (
    "select rows_read, rows_accepted, rows_rejected, rows_duplicate from quality.data_quality"
    " where table_name = '{table}'"
)
REJECTED = (
    "select row_key, file_row, reason from quality.rejected_rows where table_name = '{table}'"
)

CHOICES = ("RAW", "WAREHOUSE", "AS_OF", "TARGET", "CURRENCY", "TIMEZONE", "THREADS", "OUT")


@dataclass(frozen=True)
class Command:
    """`dangol build` in a process of its own, always with the same folders: dbt parses once.

    Args:
        home: folder of everything that the command reads and writes.
    """

    home: Path

    @property
    def raw(self) -> Path:
        """RAW of every run."""
        return self.home / "raw"

    def run(self, *options: str, **variables: str) -> tuple[int, str]:
        """Return the exit code and everything printed, on one line. variables: as for make."""
        environ = {name: text for name, text in os.environ.items() if name not in CHOICES}
        environ |= {
            "PYTHONPATH": str(ROOT / "src"),
            "DBT_PROFILES_DIR": str(profiles_folder(self.home)),
            "DBT_TARGET_PATH": str(self.home / "target"),
            "DBT_LOG_PATH": str(self.home / "logs"),
            "WAREHOUSE": str(self.home / "shop.duckdb"),
            "RAW": str(self.raw),
        }
        done = subprocess.run(
            [sys.executable, "-m", "dangol", "build", "--exclude", *CAMPAIGNS, *options],
            cwd=ROOT,
            env=environ | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def run_on(self, *options: str, **tables: str) -> tuple[int, str]:
        """Run on raw tables given as CSV text, without an earlier warehouse."""
        self.empty()
        write_csv(self.raw, **tables)
        return self.run(*options)

    def empty(self) -> None:
        """Take the raw files and the warehouse of an earlier run away."""
        shutil.rmtree(self.raw, ignore_errors=True)
        self.raw.mkdir()
        (self.home / "shop.duckdb").unlink(missing_ok=True)

    def tables(self) -> list[str]:
        """Tables and views that a failed first run made, beside its own history."""
        assert not (self.home / "shop.duckdb").exists()
        copy = self.home / "shop.duckdb.work" / "shop.duckdb"
        with duckdb.connect(str(copy), read_only=True) as connection:
            rows = connection.execute("select table_name from information_schema.tables").fetchall()
            return [str(row[0]) for row in rows if "run_" not in row[0]]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """`dangol build`, ready to run."""
    made = Command(tmp_path_factory.mktemp("command"))
    made.empty()
    return made


# Raw folders that stop a build


def test_a_raw_folder_that_does_not_exist_stops_with_the_place_that_was_looked_in(
    command: Command,
) -> None:
    code, text = command.run(RAW=f"{command.home}/missing")
    assert code == 2
    assert f"RAW is '{command.home}/missing'; there is no such folder" in text
    assert f"(looked for {command.home}/missing)" in text


def test_a_raw_folder_with_neither_orders_nor_events_stops_with_what_it_holds(
    command: Command,
) -> None:
    code, text = command.run_on(customers="customer_id\na", products="product_id,name\np,P")
    assert code == 1
    assert f"nothing to build from. Looked in the folder {command.raw} for orders or events" in text
    assert "Found: customers.csv, products.csv." in text
    assert command.tables() == []


def test_an_empty_schema_raw_stops_with_what_was_looked_for(tmp_path: Path) -> None:
    made = build(None, tmp_path, exclude=CAMPAIGNS)
    assert not made.is_green
    said = " ".join(" ".join(made.messages).split())
    assert "Looked in the schema `raw` of the warehouse (RAW is empty) for orders or events" in said


def test_a_missing_required_column_stops_with_its_file_and_the_nearest_name(
    command: Command,
) -> None:
    code, text = command.run_on(orders=ORDERS.replace("gross_amount", "gross_amt"))
    assert code == 1
    assert "orders.csv has no column `gross_amount`, which the raw table orders must have." in text
    assert "Found: order_id, ordered_at, status, gross_amt, customer_id." in text
    assert "The nearest name is `gross_amt`: rename it if that is what it means." in text
    assert command.tables() == []


def test_a_table_both_as_csv_and_as_parquet_stops_with_both_names(command: Command) -> None:
    command.empty()
    write_csv(command.raw, orders=ORDERS)
    duckdb.sql(f"copy (from '{command.raw}/orders.csv') to '{command.raw}/orders.parquet'")
    code, text = command.run()
    assert code == 1
    assert "RAW holds the table orders both as CSV and as Parquet" in text
    assert "(orders.csv and orders.parquet). Keep one of them." in text


def test_several_currencies_without_a_choice_stop_with_their_row_counts(command: Command) -> None:
    code, text = command.run_on(orders=MIXED)
    assert code == 1
    assert "The orders are in several currencies: USD (3 rows), KRW (2 rows), EUR (1 rows)." in text
    assert "CURRENCY=USD" in text
    assert "seeds/exchange_rates.csv" in text


MIXED = """
    order_id,ordered_at,status,gross_amount,customer_id,currency
    k1,2026-01-05T03:00:00Z,paid,1000,a,KRW
    k2,2026-01-06T03:00:00Z,paid,500,a,krw
    none,2026-01-06T03:00:00Z,paid,1,a,
    u1,2025-12-31T14:59:59Z,paid,10,b,USD
    u2,2025-12-31T15:00:00Z,paid,10.005,b,USD
    u3,2024-06-01T03:00:00Z,paid,10,b,USD
    e1,2026-01-05T03:00:00Z,paid,10,b,EUR
"""


# What a build goes on with


def test_an_unknown_column_and_an_unknown_file_are_warned_of_by_name(command: Command) -> None:
    code, text = command.run_on(
        *("--skip-tests", "--select", "+stg_deliveries"),
        orders="order_id,ordered_at,status,gross_amount,gift_note\no1,2026-01-05,paid,5,hi",
        order="order_id\no1",
    )
    assert code == 0, text
    said = "The raw table orders has columns that the contract doesn't know; they were not read:"
    assert f"{said} gift_note." in text
    assert "RAW holds order.csv, which is no raw table and was not read" in text
    assert "the nearest name is orders" in text


def test_more_than_the_limit_of_rejected_rows_fails_with_the_commonest_reasons(
    command: Command,
) -> None:
    code, text = command.run_on(
        *("--select", "+rejected_share_is_within_the_limit"),
        orders="""
            order_id,ordered_at,status,gross_amount
            o1,2026-01-05,paid,5
            o2,2026-01-05,paid,much
            o3,2026-01-05,paid,little
            o4,2026-01-05,stolen,5
            o5,,paid,5
        """,
    )
    assert code == 1
    assert "orders: 80.0 % of 5 rows rejected (4; limit 1 %)" in text
    assert "Commonest: gross_amount is not a number that fits decimal(18,4) (2), " in text
    assert "status is not one of pending, paid, shipped" in text
    assert "ordered_at is missing (1)" in text
    assert "See quality.rejected_rows." in text


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A shop in which every table has rows of every fate."""
    folder = tmp_path_factory.mktemp("dirty")
    raw = write_csv(
        folder / "raw",
        customers="""
            customer_id,email,birth_date,is_kakao_friend,updated_at,name
            a,a@example.com,1990-01-01,true,2026-01-01,old name
            a,a@example.com,1990-01-01,true,2026-01-02,new name
            a,a@example.com,1990-01-01,true,,undated name
            ,nobody@example.com,,,,
            b,b@example.com,1990-13-01,perhaps,,b
        """,
        orders="""
            order_id,ordered_at,status,gross_amount,customer_id,discount_amount,sales_channel
            o1,2026-01-05T03:00:00Z,PAID,1000,a,ten,web
            o2,2026-01-05T03:00:00+09:00,delivered, 2000 ,a,,fax
            o3,2026-02-30T03:00:00Z,paid,1000,a,,
            o4,2026-01-05T24:00:00Z,paid,1000,a,,
            o5,05/01/2026,paid,1000,a,,
            o6,,paid,1000,a,,
            o7,2026-01-05,stolen,1000,a,,
            o8,2026-01-05,paid,"1,000",a,,
            o9,2026-01-05,paid,NaN,a,,
            o10,2026-01-05,paid,1e30,a,,
            ,2026-01-05,paid,1000,a,,
            o12,2026-01-05,paid
            o13,2026-01-05,paid,1000,a,,,,more
            o14,2026-01-05,paid,1000,stranger,,
            o15,2026-01-11,paid,1000,a,,
            o1,2026-01-05T03:00:00Z,PAID,1000,a,ten,web
        """,
        order_items="""
            order_id,line_number,product_id,quantity,unit_price
            o1,1,p,1,1000
            o1,1,p,1,1000
            o1,2,p,one,1000
            o7,1,p,1,1000
            nowhere,1,p,1,1000
        """,
        events="""
            event_id,event_name,occurred_at,anonymous_id,properties,received_at
            e1,view_item,2026-01-05T03:00:00Z,x,{"a": 1},2026-01-09T03:00:01Z
            e2,view_item,2026-01-11T03:00:00Z,x,not json,
            e3,view_item,2026-01-05T03:00:00Z,,,
            e4,,2026-01-05T03:00:00Z,x,,
        """.replace('{"a": 1}', '"{""a"": 1}"'),
    )
    made = build(raw, folder, exclude=CAMPAIGNS, as_of="2026-01-10", source_timezone="Asia/Seoul")
    assert made.is_green, made.messages
    return made


def test_rows_that_cannot_be_read_are_kept_with_place_and_reason_and_the_build_goes_on(
    dirty: Build,
) -> None:
    found = {
        (key, number): reason for key, number, reason in dirty.rows(REJECTED.format(table="orders"))
    }
    broken_line = "the line does not have the columns of the header"
    timestamp = "ordered_at is not a timestamp (ISO 8601, years 1900 to 2199)"
    number = "gross_amount is not a number that fits decimal(18,4)"
    states = "pending, paid, shipped, delivered, cancelled, refunded, partially_refunded"
    assert found == {
        ("o3", 3): timestamp,
        ("o4", 4): timestamp,
        ("o5", 5): timestamp,
        ("o6", 6): "ordered_at is missing",
        ("o7", 7): f"status is not one of {states}",
        ("o8", 8): number,
        ("o9", 9): number,
        ("o10", 10): number,
        ("", 11): "order_id is missing",
        ("", 12): broken_line,
        ("", 13): broken_line,
    }
    kept = dict(
        dirty.rows("select file_row, row_text from quality.rejected_rows where file = 'orders.csv'")
    )
    assert '"gross_amount":"1,000"' in kept[8]
    assert kept[12] == "o12,2026-01-05,paid"
    assert kept[13] == "o13,2026-01-05,paid,1000,a,,,,more"
    assert {row[0] for row in dirty.rows("select order_id from marts.orders")} == {
        "o1",
        "o2",
        "o14",
    }


def test_optional_values_that_cannot_be_read_become_null_and_are_counted(dirty: Build) -> None:
    counts = dict(
        dirty.rows(
            "select table_name, unreadable_values from quality.data_quality where rows_read > 0"
        )
    )
    # the repeated order holds one more
    assert counts == {"customers": 2, "events": 1, "order_items": 0, "orders": 3}
    assert dirty.rows(
        "select order_id, discount_amount, sales_channel from marts.orders where order_id < 'o14'"
        " order by 1"
    ) == [("o1", Decimal(0), "web")]
    assert dirty.one("select sales_channel from marts.orders where order_id = 'o2'") is None
    assert dirty.one("select birth_date from marts.customers where customer_id = 'b'") is None


def test_discounts_refunds_and_points_below_0_are_rejected_and_0_is_not(tmp_path: Path) -> None:
    raw = write_csv(
        tmp_path / "raw",
        orders="""
            order_id,ordered_at,status,gross_amount,customer_id,discount_amount,refunded_amount
            zero,2026-01-05,paid,1000,a,0,-0
            taken off,2026-01-05,paid,1000,a,100,0.0001
            refunded,2026-01-05,partially_refunded,1000,a,0,-0.0001
            discounted,2026-01-05,paid,1000,a,-100,
            both,2026-01-05,paid,1000,a,-100,-100
            without amount,2026-01-05,paid,,a,-100,
            return,2026-01-05,paid,-300,a,,
        """,
        order_items="""
            order_id,line_number,product_id,quantity,unit_price,discount_amount
            zero,1,p,1,1000,0
            zero,2,p,1,1000,-1
            return,1,p,-1,300,
        """,
        points="""
            entry_id,customer_id,kind,points,occurred_at
            earned,a,earn,900,2026-01-05
            nothing,a,EARN,0,2026-01-05
            taken,a,ADJUST,-5,2026-01-05
            unearned,a,earn,-900,2026-01-05
            unspent,a,Spend,-900,2026-01-05
            unexpired,a,expire,-0.0001,2026-01-05
            of no kind,a,gift,-5,2026-01-05
        """,
    )
    made = build(raw, tmp_path, select=["+orders", "stg_points", "+rejected_rows"])
    assert made.is_green, made.messages
    discount, refund = "discount_amount is less than 0", "refunded_amount is less than 0"
    assert made.rows(REJECTED.format(table="orders") + " order by file_row") == [
        ("refunded", 3, refund),
        ("discounted", 4, discount),
        ("both", 5, discount),
        ("without amount", 6, "gross_amount is missing"),
    ]
    assert made.rows(REJECTED.format(table="order_items")) == [("zero|2", 2, discount)]
    points = "points is less than 0, and kind is not adjust"
    assert made.rows(REJECTED.format(table="points") + " order by file_row") == [
        ("unearned", 4, points),
        ("unspent", 5, points),
        ("unexpired", 6, points),
        ("of no kind", 7, "kind is not one of earn, spend, expire, adjust"),
    ]
    assert dict(made.rows("select order_id, net_revenue from marts.orders")) == {
        "zero": 1000,
        "taken off": Decimal("899.9999"),
        "return": 0,
    }
    assert dict(made.rows("select entry_id, points from staging.stg_points")) == {
        "earned": 900,
        "nothing": 0,
        "taken": -5,
    }


def test_of_the_same_key_twice_the_newest_wins_and_the_others_are_counted(dirty: Build) -> None:
    assert dirty.one("select name from marts.customers where customer_id = 'a'") == "new name"
    assert dirty.rows(ACCOUNTED.format(table="customers")) == [(5, 2, 1, 2)]
    assert dirty.rows(ACCOUNTED.format(table="orders")) == [(16, 4, 11, 1)]


def test_an_event_after_the_as_of_date_is_kept_out_and_counted(dirty: Build) -> None:
    counted = "select rows_after_as_of, rows_late, rows_without_identity from quality.data_quality"
    assert dirty.rows(f"{counted} where table_name = 'events'") == [(1, 1, 1)]
    assert dirty.rows(f"{counted} where table_name = 'orders'") == [(1, 0, 0)]
    assert dirty.one("select sum(event_count) from marts.sessions") == 1
    assert dirty.one("select count(*) from marts.orders where order_id = 'o15'") == 0


def test_a_customer_whom_only_an_order_names_gets_a_row_and_is_counted(dirty: Build) -> None:
    assert dirty.rows(
        "select order_count, is_member from marts.customers where customer_id = 'stranger'"
    ) == [(1, False)]
    made = "select rows_made from quality.data_quality where table_name = 'customers'"
    assert dirty.one(made) == 1


def test_an_item_without_its_order_is_rejected_as_an_orphan(dirty: Build) -> None:
    orphan = "orphan: no accepted order has this order_id"
    assert sorted(dirty.rows(REJECTED.format(table="order_items")), key=str) == [
        ("nowhere|1", None, orphan),
        ("o1|2", 3, "quantity is not a number that fits decimal(18,4)"),
        ("o7|1", None, orphan),
    ]
    assert dirty.rows(ACCOUNTED.format(table="order_items")) == [(5, 1, 3, 1)]


def test_accepted_and_rejected_and_duplicate_rows_are_the_rows_of_every_file(dirty: Build) -> None:
    rows = dirty.rows(
        "select table_name, rows_read, rows_accepted + rows_rejected + rows_duplicate"
        " from quality.data_quality"
    )
    assert len(rows) == 18
    assert [row for row in rows if row[1] != row[2]] == []
    assert {row[0]: row[1] for row in rows if row[1]} == {
        "customers": 5,
        "orders": 16,
        "order_items": 5,
        "events": 4,
    }


def test_orders_in_a_currency_without_a_rate_are_rejected_and_never_summed(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "raw", orders=MIXED)
    made = build(raw, tmp_path, exclude=CAMPAIGNS, reporting_currency="KRW")
    assert made.is_green, made.messages
    assert sorted(made.rows(REJECTED.format(table="orders"))) == [
        ("e1", None, "no exchange rate from EUR to KRW"),
        ("u1", None, "no exchange rate from USD to KRW"),
        ("u2", None, "no exchange rate from USD to KRW"),
        ("u3", None, "no exchange rate from USD to KRW"),
    ]
    assert made.one("select sum(net_revenue) from marts.orders") == 1501
    assert made.rows(ACCOUNTED.format(table="orders")) == [(7, 3, 4, 0)]


def with_rates(folder: Path, rates: str) -> Path:
    """Return a copy of the project with these exchange rates."""
    project = folder / "project"
    for part in ("macros", "models", "seeds", "tests/data"):
        shutil.copytree(ROOT / part, project / part)
    shutil.copyfile(ROOT / "dbt_project.yml", project / "dbt_project.yml")
    header = "from_currency,to_currency,valid_from,rate\n"
    (project / "seeds" / "exchange_rates.csv").write_text(header + rates)
    return project


@pytest.mark.parametrize(
    "rates",
    ["USD,KRW,2026-01-01,1\nUSD,KRW,01/02/2026,1300\n", "USD,KRW,01/02/2026,1300\n"],
)
def test_the_day_of_a_rate_in_another_form_stops_the_build(tmp_path: Path, rates: str) -> None:
    raw = write_csv(tmp_path / "raw", orders=MIXED)
    project = with_rates(tmp_path, rates)
    made = build(raw, tmp_path, project=project, select=["exchange_rates"])
    assert not made.is_green
    assert "01/02/2026" in " ".join(made.messages)


def test_each_rate_that_cannot_be_meant_fails_its_test(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "raw", orders=MIXED)
    meant = "USD,KRW,2026-01-01,0.0001\n"
    not_meant = """USD,KRW,2026-01-02,-5
USD,KRW,2026-01-03,0
USD,KRW,2026-01-04,
USD,KRW,,1300
usd,KRW,2026-01-01,1300
USD,won,2026-01-01,1300
"""
    project = with_rates(tmp_path, meant + not_meant)
    made = build(raw, tmp_path, project=project, select=["exchange_rates"], with_tests=True)
    test = "an_exchange_rate_is_above_0_from_a_day_on_between_two_currency_codes"
    assert made.statuses[test] == "fail"
    assert "Got 6 results, configured to fail if != 0" in made.messages


def test_orders_in_a_currency_with_a_rate_are_converted_at_the_rate_of_their_local_day(
    tmp_path: Path,
) -> None:
    project = with_rates(
        tmp_path, "USD,KRW,2025-01-01,1300\nUSD,KRW,2026-01-01,1400.5\nUSD,EUR,2020-01-01,2\n"
    )
    raw = write_csv(tmp_path / "raw", orders=MIXED)
    made = build(
        raw,
        tmp_path,
        project=project,
        select=["+orders", "+rejected_rows"],
        reporting_currency="KRW",
    )
    assert made.is_green, made.messages
    assert dict(made.rows("select order_id, net_revenue from marts.orders")) == {
        "k1": 1000,
        "k2": 500,
        "none": 1,
        "u1": 13000,
        "u2": Decimal("14012.0025"),
    }
    assert {row[0] for row in made.rows(REJECTED.format(table="orders"))} == {"u3", "e1"}


# Files that are odd, and right


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """A plain folder of CSV files, and its build."""
    folder = tmp_path_factory.mktemp("clean")
    raw = write_shop(make_shop(4), folder / "raw")
    made = build(raw, folder, exclude=CAMPAIGNS, as_of=AS_OF)
    assert made.is_green, made.messages
    return raw, made


def assert_same(found: Build, expected: Build) -> None:
    """All public tables are equal; only how the files were delivered may differ."""
    assert found.is_green, found.messages
    theirs, ours = found.hashes(), expected.hashes()
    for hashes in (theirs, ours):
        del hashes["quality.rejected_rows"], hashes["quality.data_quality"]
    assert theirs == ours
    counts = (
        "select table_name, rows_read, rows_accepted, rows_rejected, rows_duplicate,"
        " unreadable_values from quality.data_quality order by 1"
    )
    assert found.rows(counts) == expected.rows(counts)


def test_byte_order_marks_windows_line_ends_and_spaces_in_headers_change_nothing(
    clean: tuple[Path, Build], tmp_path: Path
) -> None:
    raw, expected = clean
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in raw.iterdir():
        header, rows = path.read_text(encoding="utf-8").split("\n", 1)
        if path.stem != "customers":  # names hold line ends of their own
            rows = rows.replace("\n", "\r\n")
        header = ",".join(f' "{name.upper()}" ' for name in header.split(","))
        end = "\n" if path.stem == "customers" else "\r\n"
        (folder / path.name).write_bytes(f"\ufeff{header}{end}{rows}".encode())
    assert_same(build(folder, tmp_path, exclude=CAMPAIGNS, as_of=AS_OF), expected)


def test_a_table_in_a_folder_of_files_with_columns_in_different_orders_is_one_table(
    clean: tuple[Path, Build], tmp_path: Path
) -> None:
    raw, expected = clean
    folder = tmp_path / "raw"
    for path in raw.iterdir():
        (folder / path.stem).mkdir(parents=True)
        rows = f"read_csv('{path}', all_varchar = true)"
        relation = f"(select *, row_number() over () % 3 as part from {rows})"
        names = [row[0] for row in duckdb.sql(f"describe from {relation}").fetchall()][:-1]
        for part in range(3):
            listed = ", ".join(names[part:] + names[:part])
            duckdb.sql(
                f"copy (select {listed} from {relation} where part = {part})"
                f" to '{folder}/{path.stem}/{part}.csv'"
            )
    assert_same(build(folder, tmp_path, exclude=CAMPAIGNS, as_of=AS_OF), expected)


def test_parquet_with_native_types_gives_what_the_csv_text_gives(
    clean: tuple[Path, Build], tmp_path: Path
) -> None:
    raw, expected = clean
    folder = tmp_path / "raw"
    folder.mkdir()
    kinds = set()
    for path in raw.iterdir():
        native = f"read_csv('{path}', nullstr = '', sample_size = -1)"
        duckdb.sql(f"copy (from {native}) to '{folder}/{path.stem}.parquet'")
        kinds |= {row[1] for row in duckdb.sql(f"describe from {native}").fetchall()}
    assert {"TIMESTAMP", "BIGINT", "DATE", "BOOLEAN", "VARCHAR"} <= kinds
    assert_same(build(folder, tmp_path, exclude=CAMPAIGNS, as_of=AS_OF), expected)


def test_the_schema_raw_of_the_warehouse_gives_what_the_files_give(
    clean: tuple[Path, Build], tmp_path: Path
) -> None:
    raw, expected = clean
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("create schema raw")
        for path in raw.iterdir():
            connection.execute(
                f"create table raw.{path.stem} as"
                f" from read_csv('{path}', nullstr = '', sample_size = -1)"
            )
        connection.execute("create table raw._dlt_loads (load_id text)")
    assert_same(build(None, tmp_path, exclude=CAMPAIGNS, as_of=AS_OF), expected)


@pytest.mark.parametrize("only", ["orders", "events"])
def test_one_table_alone_is_enough_and_the_missing_ones_are_typed_and_empty(
    only: str, clean: tuple[Path, Build], tmp_path: Path
) -> None:
    raw, _ = clean
    (tmp_path / "raw").mkdir()
    shutil.copyfile(raw / f"{only}.csv", tmp_path / "raw" / f"{only}.csv")
    made = build(tmp_path / "raw", tmp_path, exclude=CAMPAIGNS, as_of=AS_OF)
    assert made.is_green, made.messages
    assert made.one("select count(*) from marts.customers") > 20
    other = {"orders": "marts.sessions", "events": "marts.orders"}[only]
    assert made.one(f"select count(*) from {other}") == 0
    assert dict(
        made.rows(
            "select column_name, data_type from information_schema.columns where table_schema ="
            " 'landing' and table_name = 'inventory' and not column_name like '#_%' escape '#'"
        )
    ) == {
        "product_id": "VARCHAR",
        "counted_at": "TIMESTAMP",
        "on_hand": "DECIMAL(18,4)",
    }


def test_timestamps_with_an_offset_are_converted_and_those_without_are_read_in_the_source_zone(
    tmp_path: Path,
) -> None:
    moments = {
        "2026-01-05T03:00:00Z": "2026-01-05 03:00:00",
        "2026-01-05 12:00:00+09:00": "2026-01-05 03:00:00",
        "2026-01-04T22:00:00.5-0500": "2026-01-05 03:00:00.5",
        "2026-01-05T08:30+05:30": "2026-01-05 03:00:00",
        "2026-01-05T12:00:00+09": "2026-01-05 03:00:00",
        # without an offset: wall clock of the source zone, here with daylight saving time
        "2026-01-05 04:00:00": "2026-01-05 03:00:00",
        "2026-07-05T05:00:00.123456": "2026-07-05 03:00:00.123456",
        "2026-07-05": "2026-07-04 22:00:00",
    }
    rows = "\n".join(f"o{number},{text},paid,1" for number, text in enumerate(moments))
    raw = write_csv(tmp_path / "raw", orders=f"order_id,ordered_at,status,gross_amount\n{rows}")
    made = build(raw, tmp_path, select=["+stg_orders"], source_timezone="Europe/Berlin")
    assert made.is_green, made.messages
    found = made.rows("select ordered_at from staging.stg_orders order by order_id")
    assert [row[0] for row in found] == [datetime.fromisoformat(text) for text in moments.values()]


def test_a_line_that_does_not_split_is_rejected_with_its_record_number_in_its_file(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "raw" / "orders"
    folder.mkdir(parents=True)
    header = "order_id,ordered_at,status,gross_amount,coupon_code\n"
    (folder / "a.csv").write_text(
        header + 'o1,2026-01-05,paid,1,"two\nlines"\no2,2026-01-05\no3,2026-01-05,paid,1,\n'
        "o4,2026-01-05,paid,1,x,y,z\no5,2026-01-05,stolen,1,\n"
    )
    (folder / "b.csv").write_text(header + 'o6,2026-01-05,paid,1,"never closed\n')
    made = build(tmp_path / "raw", tmp_path, select=["+rejected_rows", "+orders"])
    assert made.is_green, made.messages
    found = made.rows("select file, file_row, row_text from quality.rejected_rows order by all")
    assert [row[:2] for row in found] == [
        ("orders/a.csv", 2),
        ("orders/a.csv", 4),
        ("orders/a.csv", 5),
        ("orders/b.csv", 1),
    ]
    assert [found[0][2], found[1][2]] == ["o2,2026-01-05", "o4,2026-01-05,paid,1,x,y,z"]
    assert {row[0] for row in made.rows("select order_id from marts.orders")} == {"o1", "o3"}


# Variables


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RAW", "sample'; drop schema marts; --", "RAW is"),
        ("RAW", "{{ env_var('HOME') }}", "RAW is"),
        ("WAREHOUSE", "shop'; attach 'x", "WAREHOUSE is"),
        ("WAREHOUSE", "marts.duckdb", "'marts' is also the name of a schema"),
        ("AS_OF", "2026-01-01'; select 1; --", "AS_OF is"),
        ("AS_OF", "2026-02-30", "there is no such day"),
        ("CURRENCY", "won", "it must be a code of three capitals, such as KRW"),
        ("TIMEZONE", "Asia/Soul", "no such time zone is known. Did you mean Asia/Seoul?"),
        ("TARGET", "postgres", "it must be duckdb or spark"),
        ("THREADS", "2; ls", "it must be a number from 1 to 99"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused_before_anything_runs(
    name: str, value: str, said: str, command: Command
) -> None:
    code, text = command.run(**{name: value})
    assert (code, text.startswith(f"dangol: {name} is")) == (2, True), text
    assert said in text


def test_a_hostile_variable_stops_a_build_with_the_variable_and_what_it_must_be(
    tmp_path: Path,
) -> None:
    raw = write_csv(tmp_path / "raw", orders=ORDERS)
    made = build(raw, tmp_path, rfm_window_days="365) or (1=1")
    assert not made.is_green
    assert "it must be a whole number of days from 1" in " ".join(made.messages)
    assert made.tables(("landing", "staging", "marts")) == []
