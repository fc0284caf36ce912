"""Who is erased, and who is not: what went over to somebody else, and names as written."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse import Build, build, compiled, write_csv

from dangol.erasure.engine import attach
from dangol.erasure.erasing import Places, Result, erase, names_in_file

SELECT = ("+customers", "+customer_identities", "+order_items", "stg_devices")
ERASED_ON = date(2026, 4, 1)
VARIABLES = {"phone_country_code": "82", "max_customers_per_contact": "3"}
HANGUL = "단골고객01"


def write_raw(folder: Path) -> Path:
    """Write a shop in which an order, a device, a token and an e-mail went from one to another."""
    return write_csv(
        folder,
        customers=f"""
            customer_id,email,phone,signed_up_at,updated_at
            OWNERA01,now.a@shop.kr,010-1234-5678,2025-01-01T00:00:00,2026-02-01T00:00:00
            OWNERB02,b@shop.kr,010-2222-3333,2025-01-02T00:00:00,2026-01-01T00:00:00
            FORMER03,now.a@shop.kr,,2025-01-03T00:00:00,2026-01-01T00:00:00
            FORMER03,own@shop.kr,,2025-01-03T00:00:00,2026-02-01T00:00:00
            {HANGUL},hangul@shop.kr,,2025-01-04T00:00:00,2026-01-01T00:00:00
        """,
        orders="""
            order_id,customer_id,ordered_at,status,gross_amount,updated_at
            ORDCLAIM01,OWNERA01,2026-01-10T00:00:00,paid,1000,2026-01-10T00:00:00
            ORDCLAIM01,OWNERB02,2026-01-10T00:00:00,paid,1000,2026-01-20T00:00:00
            ORDTAKEN02,OWNERB02,2026-01-11T00:00:00,paid,2000,2026-01-11T00:00:00
            ORDTAKEN02,OWNERA01,2026-01-11T00:00:00,paid,2000,2026-01-21T00:00:00
            ORDOFBBB03,OWNERB02,2026-01-12T00:00:00,paid,3000,2026-01-12T00:00:00
            ORDOFCCC04,FORMER03,2026-01-13T00:00:00,paid,4000,2026-01-13T00:00:00
            ORDHANGUL5,{HANGUL},2026-01-14T00:00:00,paid,5000,2026-01-14T00:00:00
        """.replace("{HANGUL}", HANGUL),
        order_items="""
            order_id,line_number,product_id,quantity,unit_price
            ORDCLAIM01,1,p1,1,1000
            ORDTAKEN02,1,p1,1,2000
            ORDOFBBB03,1,p1,1,3000
            ORDOFCCC04,1,p1,1,4000
            ORDHANGUL5,1,p1,1,5000
        """,
        devices="""
            device_id,customer_id,platform,push_token,is_push_enabled,last_seen_at
            DEVSHARE01,OWNERA01,ios,TOKENSHARE1,true,2026-01-01T00:00:00
            DEVSHARE01,OWNERB02,ios,TOKENSHARE1,true,2026-02-01T00:00:00
            DEVBEFOR02,OWNERA01,ios,TOKENMOVED2,true,2026-01-01T00:00:00
            DEVAFTER03,OWNERB02,ios,TOKENMOVED2,true,2026-02-01T00:00:00
            DEVLEFT004,OWNERA01,ios,TOKENLEFT04,true,2026-01-01T00:00:00
            DEVLEFT004,,ios,TOKENLEFT04,true,2026-02-01T00:00:00
        """,
        events="""
            event_id,event_name,occurred_at,anonymous_id,customer_id
            e1,page_view,2026-03-01T00:00:00,browser-a1,OWNERA01
            e2,page_view,2026-03-01T00:00:00,browser-b2,OWNERB02
        """,
    )


@contextmanager
def tombstones_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("DANGOL_ERASURES")
    os.environ["DANGOL_ERASURES"] = str(folder / "erasures")
    try:
        yield
    finally:
        del os.environ["DANGOL_ERASURES"]
        if before is not None:
            os.environ["DANGOL_ERASURES"] = before


def places(folder: Path) -> Places:
    folders = (folder / name for name in ("exports", "target", "logs", "scratch"))
    return Places(folder, folder / "shop.duckdb", *folders)


def erase_in(folder: Path, *names: str) -> Result:
    with tombstones_in(folder):
        return erase(places(folder), names, ERASED_ON, VARIABLES, say=lambda _: None)


def build_in(folder: Path, raw: Path) -> Build:
    with tombstones_in(folder):
        made = build(raw, folder, select=SELECT, as_of="2026-03-31")
    assert made.is_green, made.messages
    return made


def kept(made: Build) -> dict[str, list[Any]]:
    """Return who and what the warehouse holds."""
    return {
        "customers": [
            row[0]
            for row in made.rows("from (select customer_id from staging.stg_customers) order by 1")
        ],
        "orders": made.rows("select order_id, customer_id from marts.orders order by 1"),
        "items": [row[0] for row in made.rows("select order_id from marts.order_items order by 1")],
        "devices": made.rows(
            "select device_id, customer_id, push_token from staging.stg_devices order by 1"
        ),
    }


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_raw(tmp_path_factory.mktemp("people") / "raw")


@pytest.fixture(scope="module")
def built(raw: Path) -> Build:
    return build_in(raw.parent / "built", raw)


@pytest.fixture
def shop(built: Build, tmp_path: Path) -> Build:
    """A copy of the built warehouse."""
    shutil.copyfile(built.warehouse, tmp_path / "shop.duckdb")
    return Build(tmp_path / "shop.duckdb", is_green=True)


LEFT: dict[str, list[Any]] = {
    "customers": ["FORMER03", "OWNERB02", HANGUL],
    "orders": [
        ("ORDCLAIM01", "OWNERB02"),
        ("ORDHANGUL5", HANGUL),
        ("ORDOFBBB03", "OWNERB02"),
        ("ORDOFCCC04", "FORMER03"),
    ],
    "items": ["ORDCLAIM01", "ORDHANGUL5", "ORDOFBBB03", "ORDOFCCC04"],
    "devices": [
        ("DEVAFTER03", "OWNERB02", "TOKENMOVED2"),
        ("DEVSHARE01", "OWNERB02", "TOKENSHARE1"),
    ],
}
"""What is left without OWNERA01."""


@pytest.fixture(scope="module")
def without_owner(raw: Path, built: Build, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is left once OWNERA01 is erased, what that found, and what a build anew leaves."""
    folder = tmp_path_factory.mktemp("owner")
    shutil.copyfile(built.warehouse, folder / "shop.duckdb")
    shop = Build(folder / "shop.duckdb", is_green=True)
    result = erase_in(folder, "OWNERA01")
    left = kept(shop)
    superseded = shop.rows(
        "select order_id, customer_id from landing.orders where order_id = 'ORDCLAIM01'"
    )
    return result, left, superseded, kept(build_in(folder, raw))


def test_what_went_over_to_somebody_else_is_theirs_and_stays(without_owner: Any) -> None:
    result, left, superseded, _ = without_owner
    assert left == LEFT
    assert superseded == [("ORDCLAIM01", "OWNERB02")]
    assert result.is_clean
    of_both = {"ORDCLAIM01", "DEVSHARE01", "TOKENSHARE1", "TOKENMOVED2"}
    assert set(result.found.shared) == of_both
    assert not of_both & {value for _, value in result.found.identifiers}
    assert result.found.identifiers >= {
        ("order_id", "ORDTAKEN02"),
        ("device_id", "DEVBEFOR02"),
        ("device_id", "DEVLEFT004"),
        ("push_token", "TOKENLEFT04"),
    }


def test_a_former_contact_of_somebody_else_does_not_lead_to_them(without_owner: Any) -> None:
    result, *_ = without_owner
    assert ("email", "now.a@shop.kr") in result.found.identifiers
    assert {value for kind, value in result.found.identifiers if kind == "customer_id"} == {
        "OWNERA01"
    }


def test_a_build_anew_keeps_the_order_and_the_devices_that_went_over(without_owner: Any) -> None:
    *_, rebuilt = without_owner
    assert rebuilt == LEFT


def test_a_name_in_decomposed_hangul_is_the_same_name(shop: Build) -> None:
    folder = shop.warehouse.parent
    (folder / "requests").write_text(unicodedata.normalize("NFD", HANGUL), encoding="utf-8")
    for names in ([unicodedata.normalize("NFD", HANGUL)], names_in_file(folder / "requests")):
        with tombstones_in(folder):
            dry = erase(places(folder), names, ERASED_ON, VARIABLES, dry_run=True)
        assert dry.found.people == [HANGUL]
    result = erase_in(folder, *names)
    assert result.is_clean
    assert HANGUL not in kept(shop)["customers"]
    assert "ORDHANGUL5" not in kept(shop)["items"]


def test_a_rejected_row_of_a_new_person_with_the_same_email_is_not_erased(
    shop: Build, raw: Path
) -> None:
    folder = shop.warehouse.parent
    assert erase_in(folder, "OWNERB02").is_clean
    bad = "{},NEWBBBB0{},{}T00:00:00,unknown,1000,b@shop.kr"
    rows = (("R1", 9, "2026-03-31"), ("R2", 9, "2026-04-02"), ("R3", 9, "a day "))
    write_csv(
        raw_now := folder / "raw",
        orders="order_id,customer_id,ordered_at,status,gross_amount,email\n"
        + "\n".join(bad.format(*row) for row in rows),
        customers="customer_id,email,signed_up_at\nNEWBBBB09,b@shop.kr,2026-04-02T00:00:00",
    )
    with tombstones_in(folder):
        made = build(raw_now, folder, select=["+data_quality", "+rejected_rows"])
    assert made.is_green, made.messages
    assert [row[0] for row in made.rows("select customer_id from staging.stg_customers")] == [
        "NEWBBBB09"
    ]
    rejected = made.rows("select row_key from quality.rejected_rows")
    counted = made.rows(
        "select rows_read, rows_rejected, rows_erased from quality.data_quality"
        " where table_name = 'orders'"
    )
    assert (rejected, counted) == ([("R2",)], [(3, 1, 2)])


SPELLINGS = (
    *("010-1234-5678", "(010) 1234 5678", "+82 (0)10-1234-5678", "0082 10 1234 5678", "8210123"),
    *("(+1) 415 555 2671", "( +1 415) 555 2671", "415 555 2671", "\t010-1234-5678\u200b", "7"),
    *("０１０\u20131234\u20135678", "\uff0b８２（０）１０\uff0d１２３４", "010\u00a01234\u200b567"),
    *(" A@Shop.KR ", "\ufeffa@shop.kr\u00a0\t", "a b@shop.kr", "\u3000", "회원@shop.kr", "+82"),
)


def test_a_contact_is_normalised_for_a_tombstone_as_it_is_in_staging(tmp_path: Path) -> None:
    macros = "select {{ normalise_email('value') }}, {{ normalise_phone('value') }} from spelled"
    functions = (
        "select dangol_erasure.main.email(value), dangol_erasure.main.phone(value, '82')"
        " from spelled"
    )
    with duckdb.connect() as connection:
        attach(connection)
        connection.execute("create table spelled as select unnest(?) as value", [SPELLINGS])
        staged = connection.execute(compiled(macros, tmp_path)).fetchall()
        assert connection.execute(functions).fetchall() == staged
    assert {("a@shop.kr", None), (None, None)} <= set(staged)
    assert {"+14155552671", "+82101234"} <= {phone for _, phone in staged}
