"""The sample generator: its output is complete, the same every time, and what is committed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dangol.sample import generate

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample"
TRUTH = ROOT / "tests" / "fixtures" / "sample_truth"

# The arguments of the committed sample.
CUSTOMERS, DAYS, SEED = 2000, 548, 1

CONTRACT = {
    "customers": "customer_id email phone name birth_date gender country region language timezone "
    "signed_up_at acquisition_source acquisition_medium acquisition_campaign "
    "referred_by_customer_id is_kakao_friend disc_type guardian_verified updated_at",
    "orders": "order_id ordered_at status gross_amount customer_id email phone currency "
    "discount_amount refunded_amount shipping_amount tax_amount sales_channel coupon_code "
    "updated_at",
    "order_items": "order_id line_number product_id quantity unit_price discount_amount",
    "products": "product_id name brand category subcategory list_price unit_cost is_consumable "
    "launched_at updated_at",
    "prices": "product_id changed_at price",
    "inventory": "product_id counted_at on_hand",
    "events": "event_id event_name occurred_at received_at anonymous_id customer_id platform "
    "device_type country page_url referrer utm_source utm_medium utm_campaign utm_content "
    "product_id search_term value engagement_seconds properties",
    "consents": "customer_id channel purpose is_granted changed_at source result_notified_at "
    "reconfirmed_at",
    "suppressions": "contact channel reason suppressed_at lifted_at",
    "devices": "device_id customer_id platform push_token is_push_enabled last_seen_at",
    "messages": "message_id campaign_id customer_id channel sent_at variant cost is_ad",
    "message_events": "message_id event_name occurred_at url",
    "assignments": "campaign_id customer_id arm assigned_at",
    "coupons": "coupon_code customer_id campaign_id kind value min_order_amount issued_at "
    "expires_at redeemed_at redeemed_order_id",
    "points": "entry_id customer_id kind points occurred_at expires_at order_id",
    "tickets": "ticket_id opened_at customer_id channel category sentiment first_replied_at "
    "resolved_at satisfaction",
    "survey_answers": "answer_id customer_id survey_id question_code score answered_at",
    "ad_spend": "spend_date source cost medium campaign impressions clicks",
}
UNKNOWN_COLUMNS = {("tickets", "agent_name")}


def relation(file: Path) -> str:
    """The SQL that reads a file; CSV as text."""
    if file.suffix == ".csv":
        return f"read_csv('{file}', all_varchar = true, header = true)"
    return f"read_parquet('{file}')"


def data_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in (".csv", ".parquet"))


def differing_rows(one: Path, other: Path) -> dict[str, int]:
    """File name -> rows that only one of the two folders has; files with none are left out."""
    assert [file.name for file in data_files(one)] == [file.name for file in data_files(other)]
    differences = {}
    with duckdb.connect() as connection:
        for file in data_files(one):
            left, right = relation(file), relation(other / file.name)
            row = connection.execute(
                f"select (select count(*) from (from {left} except all from {right}))"
                f" + (select count(*) from (from {right} except all from {left}))"
            ).fetchone()
            assert row is not None
            if row[0]:
                differences[file.name] = row[0]
    return differences


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("regenerated")
    generate(CUSTOMERS, DAYS, SEED, folder / "raw", folder / "truth", threads=1)
    return folder / "raw", folder / "truth"


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    """The committed sample as views, with `person_of_order` for the newest version of an order."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Seoul'")
        for file in data_files(SAMPLE):
            connection.execute(f"create view {file.stem} as from {relation(file)}")
        for file in data_files(TRUTH):
            connection.execute(f"create view truth_{file.stem} as from {relation(file)}")
        yield connection


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_committed_sample_is_what_the_generator_writes(regenerated: tuple[Path, Path]) -> None:
    assert differing_rows(SAMPLE, regenerated[0]) == {}


def test_committed_truth_is_what_the_generator_plants(regenerated: tuple[Path, Path]) -> None:
    assert differing_rows(TRUTH, regenerated[1]) == {}


def test_threads_change_nothing(tmp_path: Path) -> None:
    for threads in (1, 4):
        generate(300, 120, 7, tmp_path / str(threads), threads=threads)
    assert differing_rows(tmp_path / "1", tmp_path / "4") == {}


def test_another_seed_gives_another_shop(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(50, 60, seed, tmp_path / str(seed))
    assert "orders.csv" in differing_rows(tmp_path / "1", tmp_path / "2")


def test_every_table_and_column_of_the_contract_is_there(shop: duckdb.DuckDBPyConnection) -> None:
    for table, columns in CONTRACT.items():
        described = shop.execute(f"describe {table}").fetchall()
        found = {row[0] for row in described}
        assert found - {column for name, column in UNKNOWN_COLUMNS if name == table} == set(
            columns.split()
        ), table
        assert count(shop, f"select count(*) from {table}") > 0, table


def test_sample_fits_into_six_megabytes() -> None:
    assert sum(file.stat().st_size for file in data_files(SAMPLE)) < 6_000_000


def test_events_are_written_in_time_order(shop: duckdb.DuckDBPyConnection) -> None:
    late = count(
        shop,
        "select count(*) from (select occurred_at < lag(occurred_at) over (order by "
        "file_row_number) as is_late from "
        f"read_parquet('{SAMPLE / 'events.parquet'}', file_row_number = true)) where is_late",
    )
    assert late == 0


def test_gross_amount_is_the_sum_of_the_lines(shop: duckdb.DuckDBPyConnection) -> None:
    wrong = count(
        shop,
        """
        with lines as (
            select
                order_id,
                sum(quantity::bigint * unit_price::bigint) as gross_amount,
                sum(discount_amount::bigint) as discount_amount,
            from order_items
            group by order_id
        )
        select count(*)
        from orders
        left join lines using (order_id)
        where orders.order_id not like 'X%' and (
            lines.order_id is null
            or orders.gross_amount::bigint <> lines.gross_amount
            or orders.discount_amount::bigint not between lines.discount_amount
                and lines.gross_amount
            or orders.refunded_amount::bigint > lines.gross_amount - orders.discount_amount::bigint
        )
        """,
    )
    assert wrong == 0


def test_newest_day_is_the_end_date(shop: duckdb.DuckDBPyConnection) -> None:
    newest = shop.execute(
        "select max(occurred_at::date), (select max(try_cast(ordered_at as timestamptz)::date) "
        "from orders) from events"
    ).fetchone()
    assert newest == (date(2026, 6, 30), date(2026, 6, 30))


def test_each_contact_and_device_that_may_not_merge_has_more_than_three_customers(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    in_truth = shop.execute(
        "select identifier, count(distinct customer_id) from truth_unmergeable group by all"
    ).fetchall()
    assert len(in_truth) == 3
    assert all(customers > 3 for _, customers in in_truth)
    devices = shop.execute(
        "select anonymous_id, count(distinct customer_id) from events where anonymous_id in "
        "(select identifier from truth_unmergeable) group by all"
    ).fetchall()
    assert dict(devices).items() <= dict(in_truth).items()


def test_planted_people_are_what_the_identifiers_say(shop: duckdb.DuckDBPyConnection) -> None:
    """Joins identifiers by the rules of identity, in plain Python, and compares both ways."""
    edges = shop.execute(
        r"""
        with contacts as (
            select customer_id, '+8210' || right(regexp_replace(phone, '\D', '', 'g'), 8) as node
            from customers
            where phone is not null
            union
            select customer_id, lower(trim(email)) from customers where email is not null
            union
            select customer_id, anonymous_id
            from events
            where customer_id is not null and anonymous_id is not null
        )
        select customer_id, node
        from contacts
        where node in (select node from contacts group by node having count(*) <= 3)
        union all
        select
            order_id,
            unnest([lower(trim(email)), '+8210' || right(regexp_replace(phone, '\D', '', 'g'), 8)])
        from orders
        where customer_id is null
        """
    ).fetchall()
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for one, other in edges:
        if other is not None:
            parents[root(one)] = root(other)
    truth = shop.execute("select identifier, person from truth_identities").fetchall()
    pairs = {(root(identifier), person) for identifier, person in truth}
    assert len(pairs) == len({component for component, _ in pairs})
    assert len(pairs) == len({person for _, person in pairs})


def test_price_hesitant_people_buy_online_with_coupons_only(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    bought, with_coupon = shop.execute(
        """
        select count(*), count(orders.coupon_code)
        from orders
        inner join truth_identities as identities on orders.customer_id = identities.identifier
        inner join truth_price_hesitant using (person)
        where orders.sales_channel in ('web', 'app')
        """
    ).fetchone() or (0, 0)
    assert bought > 20
    assert with_coupon == bought


def test_rejected_rows_stay_well_under_one_percent(shop: duckdb.DuckDBPyConnection) -> None:
    unreadable = count(
        shop,
        "select count(*) from orders where try_cast(ordered_at as timestamptz) is null "
        "or try_cast(gross_amount as decimal(18, 2)) is null",
    )
    orphans = count(
        shop, "select count(*) from order_items where order_id not in (select order_id from orders)"
    )
    assert (unreadable, orphans) == (2, 4)
    assert count(shop, "select count(*) - count(distinct event_id) from events") in range(1, 20)
    assert count(shop, "select count(*) - count(distinct order_id) from orders") in range(1, 20)


def test_small_shop_is_complete_and_tells_its_progress(tmp_path: Path) -> None:
    told: list[str] = []
    generate(50, 90, 3, tmp_path, tmp_path / "truth", date(2025, 12, 31), told.append)
    assert {file.stem for file in data_files(tmp_path)} == set(CONTRACT)
    assert any("events" in line for line in told)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Seoul'")
        row = connection.execute(
            f"select max(occurred_at::date) <= date '2025-12-31', count(*) > 500 "
            f"from {relation(tmp_path / 'events.parquet')}"
        ).fetchone()
        assert row == (True, True)
        shared = connection.execute(
            f"select count(*) from {relation(tmp_path / 'truth' / 'unmergeable.csv')} "
            "group by identifier"
        ).fetchall()
        assert all(customers > 3 for (customers,) in shared)


def test_too_small_a_shop_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 10 customers"):
        generate(5, 548, 1, tmp_path)


def test_large_shop_is_parquet_with_events_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(60, 90, 3, tmp_path / "small")
    monkeypatch.setattr("dangol.sample.LARGE", 50)
    generate(60, 90, 3, tmp_path / "large")
    names = {path.name for path in (tmp_path / "large").iterdir()}
    assert names == {f"{table}.parquet" for table in CONTRACT if table != "events"} | {"events"}
    assert len(list((tmp_path / "large" / "events").iterdir())) == 3
    with duckdb.connect() as connection:
        small = f"(from '{tmp_path / 'small' / 'events.parquet'}')"
        large = f"(from '{tmp_path / 'large' / 'events' / '*.parquet'}')"
        for one, other in ((small, large), (large, small)):
            assert count(connection, f"select count(*) from ({one} except all {other})") == 0
