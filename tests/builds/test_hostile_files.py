"""Files that are broken, odd or meant to harm: an error in words, or rejected rows, counted.

Never a wrong number.

What a build goes on with stands in one folder and is built once; what stops a build stops it before
its first model, so that each case is quick.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse import Build, build

from dangol.build import plain_message
from dangol.settings import Settings, UsageError

HEADER = "order_id,ordered_at,status,gross_amount,customer_id\n"
ORDER = "o1,2026-01-05T03:00:00Z,paid,1000,a\n"
LINES = "".join(f"p{number},2026-01-05,paid,5,some text\n" for number in range(300_000))
"""14 MB of good orders, more than one thread's share of a file."""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file of RAW, byte for byte, and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(folder: Path, name: str, sql: str) -> Path:
    """Write the rows of a query as a Parquet file."""
    folder.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"copy ({sql}) to '{folder / name}' (format parquet)")
    return folder / name


GOOD = (
    "select 'o' || range as order_id, timestamp '2026-01-05' as ordered_at, 'paid' as status,"
    " 1000 as gross_amount, md5(cast(range as varchar)) as coupon_code from range(5000)"
)


# What a build goes on with


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A shop whose files are odd in every way that a build can live with."""
    folder = tmp_path_factory.mktemp("odd")
    raw = folder / "raw"
    edge = "99999999999999.9999"
    write(
        raw,
        "orders.csv",
        b"\xef\xbb\xbf"
        + HEADER.encode()
        + ORDER.encode()
        + b"=cmd|' /C calc'!A0,2026-01-05,paid,5,=1+1\n"  # 2
        + b"formula amount,2026-01-05,paid,=5,a\n"  # 3
        + b"nul\x00key,2026-01-05,paid,5,a\n"  # 4
        + b"nul status,2026-01-05,pa\x00id,5,a\n"  # 5
        + b"not utf-8,2026-01-05,paid,5,\xb1\xe8\n"  # 6
        + b'quote inside,2026-01-05,paid,5,"a"b\n'  # 7
        + b"long,2026-01-05,paid,5,"
        + b"x" * 10_000_000
        + b"\n"  # 8
        + b"year 1,0001-01-01,paid,5,a\n"  # 9
        + b"year 0,0000-00-00,paid,5,a\n"  # 10
        + b"year 9999,9999-12-31T23:59:59Z,paid,5,a\n"  # 11
        + b"year 12026,12026-01-05,paid,5,a\n"  # 12
        + f"edge,2026-01-05,paid,{edge},a\n".encode()  # 13
        + f"refund,2026-01-05,paid,-{edge},a\n".encode()  # 14
        + b"over the edge,2026-01-05,paid,100000000000000,a\n"  # 15
        + b"too exact,2026-01-05,paid,99999999999999.99999,a\n"  # 16
        + "끝 🎉,2026-01-05,paid,5,a\n".encode(),
    )
    composed, decomposed = (unicodedata.normalize(form, "나연") for form in ("NFC", "NFD"))
    rows = f"{composed},{composed},x@example.com\n{decomposed},{decomposed} 🎉,x@example.com\n"
    write(raw, "customers.csv", f"customer_id,name,email\n{rows}".replace("\n", "\r\n"))
    write(raw, "devices.csv", "device_id,customer_id,platform\rd1,a,ios\rd2,a,ios\r")
    write(raw, "products.csv", "product_id,name\n")
    write(raw, "prices.csv", "product_id,changed_at,price")
    write(raw, "tickets.csv/part-0.csv", "ticket_id,opened_at\nt1,2026-01-05\n")
    (raw / "coupons.csv").mkdir()
    parquet(
        raw,
        "points.parquet",
        "select 'e' || number as entry_id, 'a' as customer_id, 'earn' as kind, 1 as points, moment"
        " as occurred_at from (values (1, timestamp '0001-01-01'), (2, timestamp '9999-12-31'),"
        " (3, timestamp 'infinity'), (4, timestamp '2026-01-05')) as listed (number, moment)",
    )
    parquet(
        raw,
        "consents.parquet",
        "select [1] as customer_id, {'a': 1} as channel, 'marketing' as purpose, true as"
        " is_granted, timestamp '2026-01-05' as changed_at",
    )
    tables = ("orders", "customers", "devices", "products", "prices", "points", "consents")
    staged = [f"stg_{table}" for table in tables]
    made = build(
        raw, folder, select=[*staged, "stg_tickets", "stg_deliveries", "stg_rejected_rows"]
    )
    assert made.is_green, made.messages
    return made


def test_rows_that_are_broken_are_rejected_with_their_place_and_the_others_are_right(
    odd: Build,
) -> None:
    rejected = "select file_row, reason from staging.stg_rejected_rows where table_name = 'orders'"
    number = "gross_amount is not a number that fits decimal(18,4)"
    day = "ordered_at is not a timestamp (ISO 8601, years 1900 to 2199)"
    states = "pending, paid, shipped, delivered, cancelled, refunded, partially_refunded"
    assert dict(odd.rows(rejected)) == {
        3: number,
        5: f"status is not one of {states}",
        6: "the line is not UTF-8",
        7: "a quote is not closed, or stands inside a value",
        8: "the line is longer than 2,000,000 bytes",
        **dict.fromkeys((9, 10, 11, 12), day),
        15: number,
        16: number,
    }
    edge = Decimal("99999999999999.9999")
    assert odd.rows("select order_id, gross_amount from staging.stg_orders order by 1") == [
        ("=cmd|' /C calc'!A0", 5),
        ("edge", edge),
        ("nul\x00key", 5),
        ("o1", 1000),
        ("refund", -edge),
        ("끝 🎉", 5),
    ]
    counted = (
        "select read_count, (select count(*) from staging.stg_rejected_rows"
        " where table_name = 'orders') from staging.stg_deliveries"
    )
    assert odd.rows(f"{counted} where table_name = 'orders'") == [(17, 11)]


def test_a_rejected_line_of_megabytes_is_kept_in_part(odd: Build) -> None:
    longest = "select max(length(row_text)) from staging.stg_rejected_rows"
    assert odd.one(longest) == 10_000


def test_text_that_a_spreadsheet_would_run_is_text_in_the_warehouse(odd: Build) -> None:
    found = "select customer_id from staging.stg_orders where order_id like '=cmd%'"
    assert odd.one(found) == "=1+1"  # what leaves is stripped by the macro file_text


def test_decomposed_hangul_is_the_composed_one_and_emoji_stay(odd: Build) -> None:
    [(customer_id, name, count)] = odd.rows(
        "select customer_id, name, duplicate_count from staging.stg_customers"
    )
    assert (customer_id, count) == (unicodedata.normalize("NFC", "나연"), 1)
    assert name in ("나연", "나연 🎉")


def test_line_ends_of_windows_and_of_old_macs_a_header_alone_and_folders_named_like_files_are_read(
    odd: Build,
) -> None:
    counted = dict(odd.rows("select table_name, read_count from staging.stg_deliveries"))
    assert {name: counted[name] for name in ("customers", "devices", "products", "prices")} == {
        "customers": 2,
        "devices": 2,
        "products": 0,
        "prices": 0,
    }
    assert counted["tickets"] == 1
    empty = "select file_count from staging.stg_deliveries where table_name = 'coupons'"
    assert odd.one(empty) == 0


def test_impossible_moments_and_nested_values_of_parquet_are_rejected(odd: Build) -> None:
    rejected = "select count(*) from staging.stg_rejected_rows where table_name = '{}'"
    assert odd.one(rejected.format("points")) == 3
    assert odd.rows("select entry_id from staging.stg_points") == [("e4",)]
    assert odd.one(rejected.format("consents")) == 1


def test_a_name_of_a_header_may_hold_a_comma_in_quotes(tmp_path: Path) -> None:
    header = HEADER.replace("customer_id", '"note, long",customer_id')
    write(tmp_path / "raw", "orders.csv", f"{header}o1,2026-01-05,paid,5,x,a\n")
    made = build(tmp_path / "raw", tmp_path, select=["stg_orders"])
    assert made.is_green, made.messages
    assert made.rows("select order_id, customer_id from staging.stg_orders") == [("o1", "a")]


# What stops a build, before its first model


def broken(path: Path, begin: int, count: int) -> None:
    """Overwrite bytes of a file."""
    content = bytearray(path.read_bytes())
    content[begin : begin + count] = b"\xff" * count
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Take the second half of a file away."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def hostile_column(raw: Path) -> None:
    parquet(raw, "orders.parquet", f"""select *, 1 as "x'), 1); drop table y; --" from ({GOOD})""")


def many_columns(raw: Path) -> None:
    listed = ", ".join(f"1 as c{number}" for number in range(10_000))
    parquet(raw, "orders.parquet", f"select *, {listed} from ({GOOD} limit 1)")


STOPS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a Parquet file that was cut off": (
        lambda raw: cut(parquet(raw, "orders.parquet", GOOD)),
        "orders.parquet is no whole Parquet file: it is cut off or damaged. Deliver it again.",
    ),
    "a Parquet file of no byte": (
        lambda raw: write(raw, "orders.parquet", ""),
        "orders.parquet is no whole Parquet file: it is cut off or damaged. Deliver it again.",
    ),
    "a Parquet file with other bytes in the middle": (
        lambda raw: broken(parquet(raw, "orders.parquet", GOOD), 60_000, 3000),
        "orders.parquet is damaged inside: part of it is no Parquet. Deliver it again.",
    ),
    "a quote that is never closed": (
        lambda raw: write(raw, "orders.csv", f'{HEADER}{ORDER}o2,2026-01-05,paid,5,"a\n{LINES}'),
        "orders.csv has a quote in line 3 that is not closed in its place, so that the lines after",
    ),
    "two quotes that are never closed": (
        lambda raw: write(
            raw,
            "orders.csv",
            f'{HEADER}x,2026-01-05,paid,5,"a\n{LINES[:90_000]}\ny,2026-01-05,paid,5,"b\n{ORDER}',
        ),
        "orders.csv has a quote in line 2 that is not closed in its place, so that the lines after",
    ),
    "a header in CP949": (
        lambda raw: write(
            raw, "orders.csv", f"{HEADER.strip()},비고\n{ORDER.strip()},가\n{ORDER}".encode("cp949")
        ),
        "The header of orders.csv is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).",
    ),
    "UTF-16": (
        lambda raw: write(raw, "orders.csv", (HEADER + ORDER).encode("utf-16")),
        "The header of orders.csv is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).",
    ),
    "line ends of three kinds": (
        lambda raw: write(raw, "orders.csv", f"{HEADER}{ORDER}{ORDER.strip()}\r\n{ORDER}\r{ORDER}"),
        "orders.csv ends its lines in different ways (CR LF, LF or CR alone). Save it with one",
    ),
    "a header of Windows over lines of Unix": (
        lambda raw: write(raw, "orders.csv", HEADER.replace("\n", "\r\n") + ORDER * 3),
        "orders.csv ends its lines in different ways (CR LF, LF or CR alone). Save it with one",
    ),
    "an empty file": (
        lambda raw: write(raw, "orders.csv", ""),
        "orders.csv is empty, or begins with an empty line. Its first line must be the names of",
    ),
    **{
        f"columns separated by {said}": (
            lambda raw, separator=separator: write(
                raw, "orders.csv", (HEADER + ORDER).replace(",", separator)
            ),
            f"orders.csv separates its columns with {said}; a CSV file of RAW has commas. Save it",
        )
        for separator, said in {";": "';'", "\t": "tabs", "|": "'|'"}.items()
    },
    "a name of a header with a brace": (
        lambda raw: write(raw, "orders.csv", HEADER.replace("customer_id", "a{b") + ORDER),
        "has a name that is empty, longer than 100 characters, or holds quotes, braces, semicolons,"
        ' backslashes or control characters: "a{b". The first line',
    ),
    "a name of a header over two lines": (
        lambda raw: write(raw, "orders.csv", HEADER.replace("customer_id", '"a\nb"') + ORDER),
        "The header of orders.csv has a quote that is not closed in its line",
    ),
    "a column of Parquet that is a number in one file and a moment in another": (
        lambda raw: [
            parquet(raw / "orders", "a.parquet", GOOD),
            parquet(raw / "orders", "b.parquet", GOOD.replace("timestamp '2026-01-05'", "5")),
        ],
        "b.parquet stores the column ordered_at as INTEGER, and another file of the table as"
        " something else. Write it as one type in all files.",
    ),
    "10,000 columns of CSV": (
        lambda raw: write(
            raw, "orders.csv", HEADER.strip() + "".join(f",c{n}" for n in range(10_000))
        ),
        "orders.csv has 10005 columns; at most 1000 are read.",
    ),
    "10,000 columns of Parquet": (many_columns, "orders has 10005 columns; at most 1000 are read."),
    "a column of Parquet whose name is SQL": (
        hostile_column,
        "The raw table orders has a column whose name is empty, longer than 100 characters, or",
    ),
    "a file whose name is SQL": (
        lambda raw: write(raw, "orders/x'); drop table y; --.csv", HEADER + ORDER),
        "RAW holds a file whose name has quotes, backslashes, wildcards",
    ),
    "a file whose name stands for its neighbours": (
        lambda raw: [write(raw, f"orders/{name}.csv", HEADER + ORDER) for name in ("*", "a")],
        "RAW holds a file whose name has quotes, backslashes, wildcards",
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_file_that_cannot_be_told_right_stops_the_build_and_says_what_to_do(
    name: str, tmp_path: Path
) -> None:
    make, said = STOPS[name]
    make(tmp_path / "raw")
    made = build(tmp_path / "raw", tmp_path, select=["stg_orders"])
    assert not made.is_green
    [message] = {plain_message(text) for text in made.messages}
    assert said in message
    for foreign in ("LINE", "macro", "Error", "read_csv", "strict_mode", "\n"):
        assert foreign not in message
    assert made.statuses.get("stg_orders") != "success"


def test_amounts_at_the_edge_that_do_not_add_up_in_a_decimal_stop_with_where_to_look(
    tmp_path: Path,
) -> None:
    rows = "".join(f"o{n},2026-01-05T03:00:00Z,paid,99999999999999.9999,a\n" for n in range(3))
    write(tmp_path / "raw", "orders.csv", HEADER + rows)
    made = build(tmp_path / "raw", tmp_path, select=["+orders", "+int_order_days"])
    assert not made.is_green
    assert "more than the 14 digits before the point" in plain_message(made.messages[0])
    assert "from staging.stg_orders" in plain_message(made.messages[0])


# Links, pipes and rights: refused before dbt starts (dbt itself cannot tell a link from a file)


def outside(raw: Path) -> Path:
    return write(raw.parent / "outside", "secret.csv", HEADER + ORDER)


LINKS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a link to a file elsewhere": (
        lambda raw: (raw / "orders.csv").symlink_to(outside(raw)),
        "orders.csv in it is a link that leads out of it",
    ),
    "a link to a folder elsewhere": (
        lambda raw: (raw / "orders").symlink_to(outside(raw).parent),
        "orders in it is a link that leads out of it",
    ),
    "a link of links": (
        lambda raw: [
            (raw / "a.txt").symlink_to(outside(raw)),
            (raw / "orders.csv").symlink_to("a.txt"),
        ],
        "in it is a link that leads out of it",
    ),
    "a link to nothing": (
        lambda raw: (raw / "orders.csv").symlink_to("nowhere.csv"),
        "orders.csv in it is a link that leads nowhere",
    ),
    "a pipe, which would let the build wait for ever": (
        lambda raw: os.mkfifo(raw / "orders.csv"),
        "orders.csv in it is no file",
    ),
    "a file that nobody may read": (
        lambda raw: write(raw, "orders.csv", HEADER).chmod(0),
        "orders.csv in it is a file that may not be read",
    ),
    "a folder that nobody may read": (
        lambda raw: write(raw, "orders/a.csv", HEADER).parent.chmod(0),
        "orders in it is a folder that may not be read",
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_what_is_no_file_of_the_shop_is_refused_before_anything_reads_it(
    name: str, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    make, said = LINKS[name]
    make(raw)
    if "may read" in name and os.access(next(raw.iterdir()), os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UsageError, match=said):
        Settings(raw=str(raw)).check(tmp_path)


def test_links_within_raw_and_a_raw_that_is_a_link_are_followed(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write(raw, "kept/2026.csv", HEADER + ORDER)
    (raw / "orders.csv").symlink_to("kept/2026.csv")
    (tmp_path / "current").symlink_to(raw)
    Settings(raw=str(tmp_path / "current")).check(tmp_path)
