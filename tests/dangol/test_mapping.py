"""Mappings: the examples on real files, their rules on tiny ones, and what goes wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dangol.mapping import MappingError, run_mapping

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ONLINE_RETAIL = EXAMPLES / "online_retail" / "online_retail.sql"
GA4 = EXAMPLES / "ga4" / "ga4.sql"
TRANSACTIONS = EXAMPLES / "transactions"


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Run SQL over the Parquet files of a folder, each a view named after its file."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        for file in sorted(folder.glob("*.parquet")):
            connection.execute(f"create view {file.stem} as from '{file}'")
        return connection.execute(sql).fetchall()


# --- Online Retail: the real file


@pytest.fixture(scope="module")
def online_retail(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the raw tables mapped from the real Online Retail file."""
    out = tmp_path_factory.mktemp("online_retail")
    run_mapping(ONLINE_RETAIL, {"source": real_data / "online_retail.parquet"}, out)
    return out


def test_online_retail_keeps_every_line_as_one_item(online_retail: Path) -> None:
    [figures] = query(
        online_retail,
        "select count(*), count(distinct (order_id, line_number)) from order_items",
    )
    assert figures == (541_909, 541_909)


def test_online_retail_has_the_published_sale_lines(online_retail: Path) -> None:
    [figures] = query(
        online_retail,
        """
        select
            count(*),
            count(distinct orders.customer_id),
            count(distinct orders.order_id),
            sum(order_items.quantity * order_items.unit_price)
        from order_items
        inner join orders on order_items.order_id = orders.order_id
        where
            orders.customer_id is not null
            and order_items.quantity > 0
            and order_items.unit_price > 0
        """,
    )
    assert figures == (397_884, 4_338, 18_532, Decimal("8911407.904"))


def test_online_retail_items_of_a_valid_order_add_up_to_its_gross_amount(
    online_retail: Path,
) -> None:
    differences = query(
        online_retail,
        """
        select orders.order_id
        from orders
        inner join order_items on orders.order_id = order_items.order_id
        where orders.status in ('paid', 'partially_refunded')
        group by orders.order_id, orders.gross_amount
        having sum(
            order_items.quantity * order_items.unit_price - order_items.discount_amount
        ) != orders.gross_amount
        """,
    )
    assert differences == []


def test_online_retail_never_refunds_more_than_was_paid(online_retail: Path) -> None:
    [figures] = query(
        online_retail,
        """
        select
            min(gross_amount - discount_amount - refunded_amount),
            min(refunded_amount),
            min(discount_amount),
            min(shipping_amount)
        from orders
        """,
    )
    assert figures == (0, 0, 0, 0)


def test_online_retail_accounts_for_the_money_of_every_credit_note(real_data: Path) -> None:
    source = real_data / "online_retail.parquet"
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set variable source = '{source}'")
        connection.execute(ONLINE_RETAIL.read_text())
        figures = connection.execute(
            """
            select
                (select -sum(amount) from lines where is_credit),
                (select sum(refund_amount) from refunds where kind = 'product'),
                (select sum(refund_amount) from refunds where kind = 'shipping'),
                (select sum(discount_amount) from discounts),
                (select sum(unmatched_amount) from _unmatched_credits)
            """
        ).fetchone()
    assert figures is not None
    credited, *parts = figures
    assert credited == Decimal("896812.490")
    assert sum(parts) == credited
    assert parts[0] == Decimal("448666.360")


# --- Online Retail: its rules on a few lines


def map_invoice_lines(tmp_path: Path, lines: list[str]) -> Path:
    """Map invoice lines, each `invoice, stock code, quantity, minute, price, customer`."""
    source = tmp_path / "lines.parquet"
    values = []
    for line in lines:
        invoice, code, quantity, minute, price, customer = line.split(", ")
        values.append(
            f"('{invoice}', '{code}', 'thing', {quantity}, "
            f"timestamp '2011-07-01 10:{minute}:00', {price}, {customer}, 'France')"
        )
    duckdb.sql(
        f"""
        copy (
            select
                InvoiceNo, StockCode, Description, Quantity, InvoiceDate,
                UnitPrice::decimal(12, 3) as UnitPrice, CustomerID::integer as CustomerID, Country
            from (values {", ".join(values)}) as listed (
                InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
                Country
            )
        ) to '{source}'
        """
    )
    out = tmp_path / "raw"
    run_mapping(ONLINE_RETAIL, {"source": source}, out)
    return out


def test_a_return_is_taken_from_the_latest_units_still_held(tmp_path: Path) -> None:
    out = map_invoice_lines(
        tmp_path,
        [
            "500001, 10002, 5, 01, 2.00, 1",
            "500002, 10002, 3, 02, 1.00, 1",
            "C500003, 10002, -4, 03, 2.00, 1",
            "C500004, 10002, -1, 04, 2.00, 1",
        ],
    )
    assert query(out, "select order_id, status, refunded_amount from orders order by all") == [
        ("500001", "partially_refunded", Decimal("4.000")),  # one unit each of both credits
        ("500002", "refunded", Decimal("3.000")),  # its own price, not the credit's
        ("C500003", "refunded", 0),
        ("C500004", "refunded", 0),
    ]


def test_a_return_before_the_sale_or_of_another_customer_refunds_nothing(tmp_path: Path) -> None:
    out = map_invoice_lines(
        tmp_path,
        [
            "C500001, 10002, -1, 01, 2.00, 1",
            "500002, 10002, 1, 02, 2.00, 1",
            "C500003, 10002, -1, 03, 2.00, 2",
            "C500004, 10002, -1, 04, 2.00, null",
        ],
    )
    assert query(out, "select status, refunded_amount from orders where order_id = '500002'") == [
        ("paid", 0)
    ]


def test_postage_discounts_and_fees_are_no_revenue(tmp_path: Path) -> None:
    out = map_invoice_lines(
        tmp_path,
        [
            "500001, 10002, 2, 01, 5.00, 1",
            "500001, POST, 1, 01, 3.00, 1",
            "500001, AMAZONFEE, 1, 01, 7.00, 1",
            "C500002, POST, -1, 02, 1.00, 1",
            "C500003, D, -1, 03, 4.00, 1",
            "C500004, D, -1, 04, 8.00, 1",  # only 6.00 is left to discount
        ],
    )
    assert query(
        out,
        """
        select gross_amount, discount_amount, refunded_amount, shipping_amount, status
        from orders
        where order_id = '500001'
        """,
    ) == [(10, 10, 0, 2, "paid")]
    assert query(out, "select product_id from products") == [("10002",)]


def test_write_offs_and_gifts_sell_nothing(tmp_path: Path) -> None:
    out = map_invoice_lines(
        tmp_path,
        [
            "500001, 10002, -9, 01, 0.00, null",
            "500002, 10002, 1, 02, 0.00, 1",
            "A500003, B, 1, 03, 100.00, null",
        ],
    )
    assert query(out, "select distinct status, gross_amount from orders") == [("cancelled", 0)]
    assert query(out, "select count(*) from order_items") == [(3,)]


def test_invoice_times_leave_british_summer_time(tmp_path: Path) -> None:
    out = map_invoice_lines(tmp_path, ["500001, 10002, 1, 30, 1.00, 1"])
    assert query(out, "select ordered_at::varchar from orders") == [("2011-07-01 09:30:00",)]


# --- GA4


@pytest.fixture(scope="module")
def ga4(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the raw tables mapped from the real GA4 export."""
    out = tmp_path_factory.mktemp("ga4")
    run_mapping(GA4, {"source": real_data / "ga4_events.parquet"}, out)
    return out


def test_ga4_has_the_published_events_users_and_names(ga4: Path) -> None:
    [figures] = query(
        ga4,
        """
        select
            count(*),
            count(distinct event_id),
            count(*) filter (where event_name = 'purchase'),
            count(distinct anonymous_id),
            count(distinct event_name),
            count(*) filter (where occurred_at is null)
        from events
        """,
    )
    assert figures == (24_219, 24_219, 624, 19_210, 17, 0)


def test_ga4_counts_a_purchase_sent_twice_once(ga4: Path) -> None:
    # 624 purchase events, less 49 with neither an id nor revenue, less 6 that were sent twice
    assert query(ga4, "select count(*), sum(gross_amount) from orders") == [
        (569, Decimal("41233.00"))
    ]


def test_ga4_orders_join_the_sessions_of_their_buyers(ga4: Path) -> None:
    assert query(
        ga4,
        """
        select count(*)
        from orders
        where customer_id not in (select customer_id from events where customer_id is not null)
        """,
    ) == [(0,)]


def test_ga4_refund_events_refund_their_order(real_data: Path, tmp_path: Path) -> None:
    source = tmp_path / "with_refunds.parquet"
    duckdb.sql(
        f"""
        copy (
            with purchases as (
                from '{real_data / "ga4_events.parquet"}'
                where event_name = 'purchase' and ecommerce.transaction_id in ('397217', '968179')
            )
            from purchases
            union all
            select * replace (
                'refund' as event_name,
                struct_pack(
                    transaction_id := ecommerce.transaction_id,
                    refund_value_in_usd :=
                        if(ecommerce.transaction_id = '397217', 38.0, null::double),
                    purchase_revenue_in_usd := null::double,
                    shipping_value_in_usd := null::double,
                    tax_value_in_usd := null::double
                )::struct(
                    total_item_quantity bigint, purchase_revenue_in_usd double,
                    purchase_revenue double, refund_value_in_usd double, refund_value double,
                    shipping_value_in_usd double, shipping_value double, tax_value_in_usd double,
                    tax_value double, unique_items bigint, transaction_id varchar
                ) as ecommerce
            )
            from purchases
        ) to '{source}'
        """
    )
    run_mapping(GA4, {"source": source}, tmp_path / "raw")
    assert query(
        tmp_path / "raw",
        "select order_id, status, gross_amount, refunded_amount from orders order by order_id",
    ) == [
        ("397217", "partially_refunded", 138, 38),
        ("968179", "refunded", 298, 298),
    ]


# --- transaction lists


@pytest.mark.parametrize(
    ("mapping", "file", "expected"),
    [
        ("cdnow_master", "cdnow_master.txt", (69_659, 23_570, Decimal("2500315.63"))),
        ("cdnow_sample", "cdnow_sample.txt", (6_919, 2_357, Decimal("244091.94"))),
        ("rfm_orders", "rfm_orders.csv", (4_906, 995, Decimal("464158.00"))),
    ],
)
def test_every_transaction_is_an_order(
    real_data: Path,
    tmp_path: Path,
    mapping: str,
    file: str,
    expected: tuple[int, int, Decimal],
) -> None:
    run_mapping(TRANSACTIONS / f"{mapping}.sql", {"source": real_data / file}, tmp_path)
    [figures] = query(
        tmp_path,
        "select count(distinct order_id), count(distinct customer_id), sum(gross_amount) "
        "from orders",
    )
    assert figures == expected


# --- any mapping


def write_mapping(tmp_path: Path, sql: str) -> Path:
    """Save a small mapping and return its file."""
    file = tmp_path / "shop.sql"
    file.write_text(sql)
    return file


def test_rows_are_sorted_by_key_and_notes_are_counted_but_not_written(tmp_path: Path) -> None:
    file = write_mapping(
        tmp_path,
        """
        create temp table scratch as select unnest([3, 1, 2]) as number;
        create view orders as select 'order ' || number as order_id from scratch;
        create table _unmatched as from scratch;
        """,
    )
    out = tmp_path / "raw"
    assert run_mapping(file, {}, out) == {"orders": 3, "_unmatched": 3}
    assert [path.name for path in out.iterdir()] == ["orders.parquet"]
    assert query(out, "select order_id from orders") == [("order 1",), ("order 2",), ("order 3",)]


def test_sources_are_variables_even_with_a_quote_in_the_path(tmp_path: Path) -> None:
    prices = tmp_path / "shop's prices.csv"
    prices.write_text("sku,price\na,1\n")
    file = write_mapping(
        tmp_path,
        "create table products as select sku as product_id from read_csv(getvariable('prices'))",
    )
    assert run_mapping(file, {"prices": prices}, tmp_path / "raw") == {"products": 1}


def test_a_source_may_be_a_pattern_of_files(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"part{number}.csv").write_text(f"order_id\n{number}\n")
    file = write_mapping(tmp_path, "create table orders as from read_csv(getvariable('source'))")
    assert run_mapping(file, {"source": tmp_path / "part*.csv"}, tmp_path / "raw") == {"orders": 2}


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    for name in ("o[1].csv", "o1.csv"):
        (tmp_path / name).write_text(f"order_id\n{name}\n")
    file = write_mapping(tmp_path, "create table orders as from read_csv(getvariable('source'))")
    run_mapping(file, {"source": tmp_path / "o[1].csv"}, tmp_path / "raw")
    assert query(tmp_path / "raw", "select order_id from orders") == [("o[1].csv",)]


def test_a_folder_in_the_place_of_a_table_is_refused_by_its_name(tmp_path: Path) -> None:
    file = write_mapping(tmp_path, "create table orders as select 1 as order_id")
    (tmp_path / "raw" / "orders.parquet").mkdir(parents=True)
    with pytest.raises(MappingError, match=r"orders\.parquet is a folder\. Remove or rename it"):
        run_mapping(file, {}, tmp_path / "raw")
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["orders.parquet"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("create table oders as select 1 as order_id", r"'oders'.*did you mean orders\?"),
        ("create temp table orders as select 1 as order_id", "creates no raw table"),
        ("select 1 from from", r"shop\.sql: Parser Error"),
        ("create table orders as from nowhere", r"shop\.sql: Catalog Error"),
        (
            "create table orders as from read_csv(getvariable('sales'))",
            r"shop\.sql reads a source that was not given: sales=PATH",
        ),
    ],
)
def test_a_mapping_that_cannot_run_says_why(tmp_path: Path, sql: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        run_mapping(write_mapping(tmp_path, sql), {}, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"mapping not found: .*absent\.sql"):
        run_mapping(tmp_path / "absent.sql", {}, tmp_path)
    file = write_mapping(tmp_path, "create table orders as select 1 as order_id")
    with pytest.raises(MappingError, match=r"source source not found: .*absent\.csv"):
        run_mapping(file, {"source": tmp_path / "absent.csv"}, tmp_path)
    with pytest.raises(MappingError, match="not a plain word"):
        run_mapping(file, {"a b": file}, tmp_path)
    with pytest.raises(MappingError, match="not a folder"):
        run_mapping(file, {}, file)


def test_a_failure_leaves_the_earlier_files_and_no_half_file(tmp_path: Path) -> None:
    out = tmp_path / "raw"
    run_mapping(write_mapping(tmp_path, "create table orders as select 1 as order_id"), {}, out)
    file = write_mapping(
        tmp_path,
        """
        create table orders as select 2 as order_id;
        create view products as select cast(word as integer) as product_id
        from (values ('7'), ('x')) as words (word);
        """,
    )
    with pytest.raises(MappingError, match="Conversion Error"):
        run_mapping(file, {}, out)
    assert [path.name for path in out.iterdir()] == ["orders.parquet"]
    assert query(out, "select order_id from orders") == [(1,)]
