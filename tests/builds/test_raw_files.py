"""How files are found and named, and how their columns are named and stored: never a silent change.

What a build goes on with stands in one folder and is built once on each engine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse import Build, build

from dangol.build import plain_message

ORDERS = "order_id,ordered_at,status,gross_amount,customer_id,sales_channel\n"
STAGED = ("stg_orders", "stg_customers", "stg_products", "stg_deliveries")


def write(folder: Path, name: str, content: str) -> None:
    """Write a file of RAW."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def parquet(folder: Path, name: str, sql: str) -> None:
    """Write the rows of a query as a Parquet file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"copy ({sql}) to '{path}' (format parquet)")


# What a build goes on with

WHOLE = {
    "7": "7",
    "-0.0": "0",
    "-12": "-12",
    "1e15": "1000000000000000",
    "9007199254740991": "9007199254740991",
    "null": None,
}
"""Whole floats, and what they are as text on both engines."""
OTHER = {
    "7.5": "7.5",
    "9007199254740992": "9007199254740992.0",
    "-1e300": "-1e+300",
    "'nan'": "nan",
    "'-inf'": "-inf",
    "null": None,
}
"""Other floats, and their text on DuckDB: they stay as the engine writes them."""

LINE_ENDS = ("\n", "\r\n", "\u0085", "\u2028")
"""What ends a line in Java, whose regular expressions see an end before the last of them."""

EXPONENTS = {
    "5.1e-7": "0.0000",
    "-77.44E-12": "0.0000",
    "5e-5": "0.0001",
    "1.234567800005e7": "12345678.0001",
    "123456789012345678e-4": "12345678901234.5680",
    "8316908230.81754e5": None,
    "0.00015": "0.0002",
}
"""Numbers with an exponent, and one without, and the amounts that they are."""
JSON = {
    '{"a": 1, "a": 2}': True,
    '{"a": NaN, "b": [-Infinity]}': True,
    "null": True,
    '{"a": 1} x': False,
    '{"a": 1}, {"a": 2}': False,
    '1, "b": 2': False,
    "1], [2": False,
    "{'a': 1}": False,
    "{a: 1}": False,
    '"a\nb"': False,
}
"""Texts, and whether they are JSON."""
BRAND = "\u1109\u1161\u11bc\u1111\u116d"
"""상표 as some systems store it: each letter of a syllable by itself."""
COUNTS = {"3": 3, "3.0": 3, "3.7": None, "-2.5": None, "12345678901234567890": None}
"""Numbers with decimals, and the whole numbers that they are."""
RAGGED = ("r1,2026-01-05,paid", "r2,2026-01-05,paid,5,7,web,8")
"""Lines that have not the columns of the header."""
CASED = {"İÇ@X.kr": "iç@x.kr", "ΑΣ@x.kr": "ασ@x.kr"}
"""E-mail addresses, and how they are compared: letter by letter."""

UNREAD = (
    *("consents.CSV", "DEVICES.Parquet", "inventory.csv.gz", "prices.txt", "points"),
    *("orders/c.csv.gz", "orders/d.TXT", "orders/status=paid/e.csv.zip", "orders/f.xlsx"),
    *("_orders.txt", ".orders.gz", "orders/_SUCCESS", "orders/_temporary/0/part.gz", "notes.txt"),
)
"""Files that are not read: of raw tables, by their endings, and others."""
HIDDEN = (
    *("orders/_begun.csv", "orders/.b.csv", "orders/_temporary/0/b.csv", "orders/.copies/b.csv"),
    *("_orders.csv", "._customers.csv"),
)
"""Files that are passed over without a word, as those of other tools and half-written ones are."""


def odd_files(folder: Path) -> Path:
    """Write a shop in which the names of folders look like values, and return its RAW."""
    raw = folder / "sales_channel=marketplace" / "raw 100%+^"
    write(raw, "orders/status=refunded/a.csv", f"{ORDERS}o1,2026-01-05,paid,5,7,web\n")
    write(raw, "orders/b.csv", f"{ORDERS}o2,2026-01-05,shipped,5,7.5,app\n")
    with_email = ORDERS.replace("sales_channel", "email")
    spaced = "\u2003C 3\u3000,\ufeff\u00a0F@X.kr\t\u200b"
    write(raw, "orders/spaces.csv", f"{with_email}o3,2026-01-05,\u3000paid\u00a0,5,{spaced}\n")
    ended = "".join(
        f'x{number},2026-01-05,paid,"{value}",7,web\n'
        for number, value in enumerate(f"5{end}" for end in LINE_ENDS)
    )
    write(raw, "orders/line_ends.csv", f"{ORDERS}{ended}")
    write(raw, "orders/ragged.csv", ORDERS + "".join(f"{line}\n" for line in RAGGED))
    korean = f"{ORDERS}k1,2026-01-05,paid,5,가,web\nk2,2026-01-05,paid,5,x,web\n"
    (raw / "orders" / "cp949.csv").write_bytes(korean.encode("cp949"))
    exponents = "".join(
        f"y{place},2026-01-05,paid,{text},7,web\n" for place, text in enumerate(EXPONENTS)
    )
    write(raw, "orders/exponents.csv", f"{ORDERS}{exponents}")
    cased = "".join(
        f"z{place},2026-01-05,PAİD,5,straße ﬁ,{text}\n" for place, text in enumerate(CASED)
    )
    write(raw, "orders/cased.csv", f"{with_email.replace('customer_id', 'currency')}{cased}")
    quoted = (text.replace('"', '""') for text in JSON)
    events = "".join(
        f'e{place},2026-01-05 03:00:00,page_view,"{text}"\n' for place, text in enumerate(quoted)
    )
    write(raw, "events.csv", f"event_id,occurred_at,event_name,properties\n{events}")
    moment = "timestamp{} '2026-01-05 03:00:00.12{}'"
    parquet(
        raw,
        "tickets.parquet",
        f"select 't' as ticket_id, cast(null as timestamp) as opened_at, {moment.format('', '')} as"
        f" naive, {moment.format('tz', '+00')} as zoned, date '2026-01-05' as day, 1.50 as amount,"
        " encode('한글') as older",
    )
    product = "select '{}' as product_id, 'a name' as name"
    parquet(raw, "products/name=another/a.parquet", product.format("p1"))
    parquet(
        raw, "products/of/2026/b.parquet", f"{product.format('p2')}, encode('{BRAND}') as brand"
    )
    parquet(raw, "products.parquet", product.format("p3"))
    counts = ", ".join(f"('{count}')" for count in COUNTS)
    parquet(
        raw,
        "ad_spend.parquet",
        "select date '2026-01-05' as spend_date, count as source, 1 as cost,"
        f" cast(count as decimal(30, 10)) as clicks from (values {counts}) as listed (count)",
    )
    floats = ", ".join(
        f"('y{place}', cast('{text}' as double))" for place, text in enumerate(EXPONENTS)
    )
    parquet(
        raw,
        "products/floats #1.parquet",
        "select product_id, 'a name' as name, list_price, cast(2746834.75 as float) as unit_cost"
        f" from (values {floats}) as listed (product_id, list_price)",
    )
    numbers = ", ".join(
        f"({number}, cast({whole} as double), cast({other} as double))"
        for number, (whole, other) in enumerate(zip(WHOLE, OTHER, strict=True))
    )
    parquet(
        raw,
        "customers/floats.parquet",
        "select whole as customer_id, cast(number as float) as name, whole as region, other as"
        f" country from (values {numbers}) as listed (number, whole, other)",
    )
    for name in UNREAD:
        write(raw, name, "in vain")
    for name in HIDDEN:
        write(raw, name, f"{ORDERS}hidden,2026-01-05,paid,5,7,web\n")
    return raw


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The odd files on DuckDB."""
    folder = tmp_path_factory.mktemp("odd")
    made = build(odd_files(folder), folder, select=STAGED)
    assert made.is_green, made.messages
    return made


@pytest.fixture(scope="module")
def odd_on_spark(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The odd files on Spark; its tables are in the session."""
    folder = tmp_path_factory.mktemp("odd_on_spark")
    made = build(odd_files(folder), folder, select=STAGED, target="spark")
    assert made.is_green, made.messages
    return made


ORDERS_READ = (
    "select order_id, status, sales_channel, customer_id, email from staging.stg_orders"
    " where order_id like 'o%' or order_id = 'hidden' order by 1"
)
CUSTOMERS_READ = "select customer_id, region, name from staging.stg_customers order by 1"
AMOUNTS_READ = (
    "select order_id, gross_amount from staging.stg_orders union all"
    " select product_id, list_price from staging.stg_products union all"
    " select product_id, unit_cost from staging.stg_products order by 1, 2 nulls last"
)
REJECTED_READ = (
    "select _file, _file_row, _rejected_because, _row_text, order_id from landing.orders"
    " where _rejected_because is not null union all"
    " select _file, _file_row, _rejected_because, _row_text, ticket_id from landing.tickets"
    " order by 1, 2"
)
FILES_READ = "select distinct _file from landing.products order by 1"
COUNTS_READ = "select source, clicks, _unreadable_count from landing.ad_spend order by 1"
EVENTS_READ = "select event_id, properties, _unreadable_count from landing.events order by 1"
CASED_READ = "select order_id, status, currency, email from staging.stg_orders order by 1"
PRODUCTS_READ = (
    "select product_id, name, brand from staging.stg_products where product_id like 'p%' order by 1"
)


def test_a_folder_named_like_a_column_and_a_value_changes_no_row(odd: Build) -> None:
    assert odd.rows(ORDERS_READ)[:2] == [
        ("o1", "paid", "web", "7", None),
        ("o2", "shipped", "app", "7.5", None),
    ]
    assert odd.rows(PRODUCTS_READ) == [
        ("p1", "a name", None),
        ("p2", "a name", "상표"),
        ("p3", "a name", None),
    ]


def test_spaces_of_any_width_go_from_the_ends_and_from_addresses_what_is_unseen(
    odd: Build,
) -> None:
    assert odd.rows(ORDERS_READ)[2:] == [("o3", "paid", None, "C 3", "f@x.kr")]


def test_a_whole_float_is_the_text_of_its_integer_and_others_stay_as_they_are(odd: Build) -> None:
    texts = [text for text in WHOLE.values() if text]
    read = {row[0]: row[1:] for row in odd.rows(CUSTOMERS_READ)}
    assert read == {text: (text, str(number)) for number, text in enumerate(texts)}
    others = odd.rows("select country from landing.customers order by name")
    assert [row[0] for row in others] == list(OTHER.values())


def test_a_line_end_after_a_number_makes_it_none(odd: Build) -> None:
    reasons = odd.rows("select _rejected_because from landing.orders where order_id like 'x%'")
    assert reasons == [("gross_amount is not a number that fits decimal(18,4)",)] * len(LINE_ENDS)


def test_a_number_with_decimals_is_no_whole_number(odd: Build) -> None:
    expected = {count: (whole, int(whole is None)) for count, whole in COUNTS.items()}
    assert {row[0]: row[1:] for row in odd.rows(COUNTS_READ)} == expected


def test_a_line_that_is_no_row_has_no_key(odd: Build) -> None:
    read = {row[3]: (row[2], row[4]) for row in odd.rows(REJECTED_READ)}
    for line in RAGGED:
        assert read[line] == ("the line does not have the columns of the header", None)
    assert read["k1,2026-01-05,paid,5,??,web"] == ("the line is not UTF-8", None)
    assert odd.one("select count(*) from staging.stg_orders where order_id = 'k2'") == 1


def test_numbers_with_an_exponent_are_the_amounts_that_they_say(odd: Build) -> None:
    read = odd.rows(
        "select order_id, gross_amount from staging.stg_orders where order_id like 'y%'"
    )
    expected = {f"y{place}": amount for place, amount in enumerate(EXPONENTS.values()) if amount}
    assert {name: str(amount) for name, amount in read} == expected
    prices = "select list_price, unit_cost from staging.stg_products where product_id like 'y%'"
    assert {tuple(map(str, row)) for row in odd.rows(prices)} == {
        (amount or "None", "2746834.7500") for amount in EXPONENTS.values()
    }


def test_text_with_more_than_one_value_is_no_json(odd: Build) -> None:
    read = odd.rows("select event_id, properties from landing.events")
    expected = {
        f"e{place}": text if is_json else None for place, (text, is_json) in enumerate(JSON.items())
    }
    assert dict(read) == expected


def test_a_rejected_row_is_told_as_it_was(odd: Build) -> None:
    told = (
        '{"ticket_id":"t","opened_at":null,"naive":"2026-01-05 03:00:00.12",'
        '"zoned":"2026-01-05 03:00:00.12+00","day":"2026-01-05","amount":"1.50","older":"한글"}'
    )
    assert odd.one("select _row_text from landing.tickets") == told


def test_text_is_compared_letter_by_letter(odd: Build) -> None:
    read = odd.rows(
        "select status, currency, email from staging.stg_orders where order_id like 'z%'"
    )
    assert sorted(read) == sorted(("paid", "STRAẞE ﬁ", email) for email in CASED.values())


def test_files_that_look_like_a_raw_table_and_are_not_read_are_warned_of(odd: Build) -> None:
    ending = "files must end in .csv or .parquet (in small letters, not compressed)."
    alone = ("consents.CSV", "DEVICES.Parquet", "inventory.csv.gz", "prices.txt", "points")
    of_orders = "orders/c.csv.gz, orders/d.TXT, orders/f.xlsx and 1 more of orders"
    expected = {f"RAW holds {of_orders}, which were not read: {ending} Rename or unpack them."}
    expected |= {
        f"RAW holds {name}, which was not read: {ending} Rename or unpack it." for name in alone
    }
    assert {text for text in odd.warnings if "RAW holds" in text} == expected


@pytest.mark.spark
@pytest.mark.parametrize(
    "query",
    [
        *(ORDERS_READ, PRODUCTS_READ, CUSTOMERS_READ, REJECTED_READ, AMOUNTS_READ, CASED_READ),
        *(EVENTS_READ, FILES_READ, COUNTS_READ),
    ],
)
def test_the_same_files_are_read_alike_on_spark(
    odd: Build, odd_on_spark: Build, spark: Any, query: str
) -> None:
    assert odd_on_spark.is_green
    assert [tuple(row) for row in spark.sql(query).collect()] == odd.rows(query)


@pytest.mark.spark
def test_the_same_files_are_warned_of_on_spark(odd: Build, odd_on_spark: Build) -> None:
    assert sorted(odd_on_spark.warnings) == sorted(odd.warnings)


# What stops a build, before its first model

SWALLOWED = {
    "to the end of the file": 'o1,2026-01-05,paid,5,7,"web\no2,2026-01-05,paid,5,7,app\n',
    "in a value": 'o1,2026-01-05,paid,5,"7,web\no2,2026-01-05,paid,5,"7",app\n',
}
"""Rows of CSV in which a quote is not closed in its place, by how far it goes."""


@pytest.mark.spark
@pytest.mark.parametrize("rows", SWALLOWED.values(), ids=SWALLOWED)
def test_a_quote_that_is_not_closed_stops_a_build_on_spark(
    rows: str, spark: Any, tmp_path: Path
) -> None:
    write(tmp_path, "raw/orders.csv", f"{ORDERS}{rows}o3,2026-01-05,paid,5,7,web\n")
    made = build(tmp_path / "raw", tmp_path, select=["stg_orders"], target="spark")
    (message,) = made.messages
    assert "orders.csv has a quote that is not closed in its place" in message


ORDER = "select 'o' as order_id, 'paid' as status, 5 as gross_amount"

UNKNOWN_TO_SPARK = {
    "timestamp_ns '2026-01-05 03:00:00'": "TIMESTAMP(NANOS",
    "interval 1 day": "INTERVAL",
    "uuid()": "UUID",
}
"""Values of Parquet, and their type as Spark calls it."""


@pytest.mark.spark
@pytest.mark.parametrize("value", UNKNOWN_TO_SPARK, ids=UNKNOWN_TO_SPARK.values())
def test_a_type_of_parquet_that_spark_lacks_is_named_with_what_to_do(
    value: str, spark: Any, tmp_path: Path
) -> None:
    parquet(tmp_path / "raw", "orders.parquet", f"{ORDER}, {value} as ordered_at")
    made = build(tmp_path / "raw", tmp_path, select=["stg_orders"], target="spark")
    message = plain_message(" ".join(made.messages))
    assert UNKNOWN_TO_SPARK[value] in message
    assert "which Spark cannot read. Write times in microseconds" in message


ONE_ORDER = f"{ORDERS}o1,2026-01-05,paid,5,7,web\n"
EVENT = "event_id,occurred_at,event_name\ne1,2026-01-05 03:00:00,page_view\n"


def zoned(naive: str) -> Callable[[Path], None]:
    """Return what writes orders in two files: one with the given timestamp, one with a zone."""

    def make(raw: Path) -> None:
        for name, moment in (("o1", naive), ("o2", "timestamptz '2026-01-05 03:00:00+00'")):
            parquet(raw, f"orders/{name}.parquet", f"{ORDER}, {moment} as ordered_at")

    return make


def mixed(floats: str, other: str) -> Callable[[Path], None]:
    """Return what writes orders in two files, with the ids of customers stored in two ways."""

    def make(raw: Path) -> None:
        for name, customer in (("o1", f"cast({floats} as double)"), ("o2", other)):
            sql = f"{ORDER}, date '2026-01-05' as ordered_at, {customer} as customer_id"
            parquet(raw, f"orders/{name}.parquet", sql)

    return make


def taken(raw: Path) -> None:
    """Write customers with columns named as reading them names its own."""
    write(raw, "orders.csv", ONE_ORDER)
    write(raw, "customers.csv", f"customer_id,email,{','.join(TAKEN)}\na,a@x.kr\n")


def unzipped(raw: Path) -> None:
    write(raw, "customers.csv", "customer_id\na\n")
    for name in ("orders.csv.gz", "EVENTS.CSV"):
        write(raw, name, ONE_ORDER)


ZONES = (
    "The column `ordered_at` holds timestamps without a time zone in orders/o1.parquet and with one"
    " in orders/o2.parquet: read as one column, those without would be moved by hours. Write it"
    " with a time zone in all files of orders, or in none."
)
FLOATS = (
    "The column `customer_id` is a float in orders/o1.parquet, and in orders/o2.parquet text or a"
    " number that no float holds: read as one column, ids would be changed. Write it as text in"
    " all files of orders."
)
TAKEN = (
    *("text_email", "TYPED_SIGNED_UP_AT", "source_path", "file_row_number", "_metadata"),
    *("parsed_row", "file_row", "unsplit_line", "unsplit_because", "landing_malformed"),
    *("landing_file", "landing_file_row", "malformed_text", "malformed_because"),
    *("rejected_because", "erased_value", "last_day"),
)
STOPS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "timestamps with and without a zone": (zoned("timestamp '2026-01-05 03:00:00'"), ZONES),
    "timestamps with a zone, and days": (zoned("date '2026-01-05'"), ZONES),
    "ids that are floats and text": (mixed("7", "'7'"), FLOATS),
    "ids that are floats and days": (mixed("7", "date '2026-01-05'"), FLOATS),
    "ids that are floats and greater numbers": (mixed("7", "9007199254740993"), FLOATS),
    "columns with the names of others": (
        taken,
        "customers.csv has columns with names that are used while the raw table customers is read: "
        + ", ".join(TAKEN).lower()
        + ". Rename or remove them.",
    ),
    "a column of Parquet with the name of another": (
        lambda raw: parquet(
            raw, "orders.parquet", f"{ORDER}, now() as ordered_at, 1 as file_row_number"
        ),
        "orders.parquet has columns with names that are used while the raw table orders is read:"
        " file_row_number. Rename",
    ),
    "orders and events only in a form that is not read": (
        unzipped,
        "Found: customers.csv. RAW holds orders.csv.gz, which was not read: files must end in"
        " .csv or .parquet (in small letters, not compressed). Rename or unpack it. RAW holds"
        " EVENTS.CSV, which",
    ),
    "events in a folder with a name that the engine reads its own way": (
        lambda raw: write(raw, "events/Size=1/a.csv", EVENT),
        "/raw/events/Size=1/a.csv lies in a folder whose name begins with filename=, size= or",
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_would_be_read_as_something_else_stops_the_build(name: str, tmp_path: Path) -> None:
    make, said = STOPS[name]
    make(tmp_path / "raw")
    made = build(
        tmp_path / "raw", tmp_path, select=["stg_deliveries"], source_timezone="Asia/Seoul"
    )
    assert not made.is_green
    [message] = {plain_message(text) for text in made.messages}
    assert said in message


def test_whole_ids_stored_as_floats_are_those_of_other_files(
    tmp_path: Path,
) -> None:
    mixed("7", "7")(tmp_path / "raw")
    made = build(tmp_path / "raw", tmp_path, select=["stg_orders"])
    assert made.rows("select distinct customer_id from staging.stg_orders") == [("7",)]


def test_a_column_of_the_schema_raw_is_refused_by_its_name(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(f"create schema raw; create table raw.orders as {ORDER}, 1 as Last_Day")
    made = build(None, tmp_path, select=["stg_deliveries"])
    said = "raw.orders has columns with names that are used while the raw table orders is read:"
    assert f"{said} last_day." in plain_message(made.messages[0])
