"""Which rows, texts and files name an erased person, and what an erasure that fails leaves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dangol.erasure.erasing import Places, Result, erase

DAY = date(2026, 4, 1)
VARIABLES = {"phone_country_code": "82", "max_customers_per_contact": "3"}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The places of a project in an empty folder."""
    monkeypatch.delenv("DANGOL_ERASURE_KEY", raising=False)
    monkeypatch.setenv("DANGOL_ERASURES", str(tmp_path / "erasures"))
    folders = (tmp_path / name for name in ("exports", "target", "logs", "scratch"))
    return Places(tmp_path, tmp_path / "shop.duckdb", *folders)


def make(places: Places, sql: str, people: tuple[str, ...] = ("7", "8")) -> None:
    """Make a warehouse in which each person is one account, and run SQL in it."""
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute(
            "create schema marts; create schema staging; create schema intermediate;"
            "create schema quality; create schema landing; create schema raw; create schema mine;"
            "create table marts.customer_identities (identifier varchar not null,"
            " identifier_type varchar, customer_id varchar, matched_by varchar)"
        )
        for person in people:
            connection.execute(
                "insert into marts.customer_identities values ($1, 'customer_id', $1, 'itself')",
                [person],
            )
        connection.execute(sql)


def rows_of(places: Places, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(f"from {table} order by all").fetchall()


def erased(places: Places, *names: str) -> Result:
    return erase(places, names, DAY, VARIABLES, say=lambda _: None)


@pytest.mark.parametrize("person", ["10023", "고객김철수", "minsukim"])
@pytest.mark.parametrize(
    ("schema", "column"),
    [("quality", "row_text"), ("staging", "row_text"), ("landing", "_row_text")],
)
def test_a_row_kept_as_text_goes_by_its_columns_of_identifiers(
    places: Places, person: str, schema: str, column: str
) -> None:
    texts = {
        "their order": {"Order_ID": "o1", "Customer_ID": f" {person} ", "total": "much"},
        "their number": {"customer_id": int(person)} if person.isdigit() else {"id": "x"},
        "of another": {"customer_id": "8", "quantity": person, "survey_id": person},
        "a line": "8,broken",
    }
    lines = {
        name: text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        for name, text in texts.items()
    }
    values = ", ".join(f"('{name}', '{text}')" for name, text in lines.items())
    make(
        places,
        f"create table {schema}.rejected as"
        f" select * from (values {values}) as rows (name, {column})",
        (person, "8"),
    )
    assert erased(places, person).is_clean
    left = {row[0] for row in rows_of(places, f"{schema}.rejected")}
    assert left == set(texts) - {"their order"} - ({"their number"} if person.isdigit() else set())


def test_an_identifier_is_found_percent_encoded_in_an_address(places: Places) -> None:
    make(
        places,
        """
        create table staging.stg_customers as
            select '7' as customer_id, 'kim+tag@shop.kr' as email, '+821012345678' as phone_e164;
        create table staging.stg_events as select * from (values
            (1, '/?by=kim%2Btag%40shop.kr'), (2, '/?by=kim%2btag@shop%2Ekr'),
            (3, '/?call=010%201234%2D5678'), (4, '/?by=kim%2Bother%40shop.kr'))
            as rows (event_id, page_url);
        """,
    )
    assert erased(places, "7").is_clean
    assert rows_of(places, "staging.stg_events") == [
        *((1, None), (2, None), (3, None)),
        (4, "/?by=kim%2Bother%40shop.kr"),
    ]


def test_a_column_named_id_is_a_customer_only_where_the_project_means_that(places: Places) -> None:
    make(
        places,
        """
        create table raw.campaigns as select 7 as id, 'spring' as name;
        create table intermediate.int_customer_components as
            select * from (values ('7', '7'), ('8', '8')) as rows (id, component_id);
        create table mine.labels as select '7' as id;
        """,
    )
    assert erased(places, "7").is_clean
    assert rows_of(places, "raw.campaigns") == [(7, "spring")]
    assert rows_of(places, "mine.labels") == [("7",)]
    assert rows_of(places, "intermediate.int_customer_components") == [("8", "8")]


def test_identifiers_are_compared_as_landing_cleans_them(places: Places) -> None:
    make(
        places,
        """
        create table raw.customers as select * from (values
            (' 7 ', null), ('8', ' 7 '), (nfd('가나'), null)) as rows (customer_id,
            referred_by_customer_id);
        """.replace("nfd('가나')", "'\u1100\u1161\u1102\u1161'"),
        ("7", "8", "가나"),
    )
    assert erased(places, "7", "가나").is_clean
    assert rows_of(places, "raw.customers") == [("8", None)]
