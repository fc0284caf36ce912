"""Rows that were rejected, of every raw table: without an erased person, and so after a replay."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tiny_shop import AS_OF, make_shop, write_shop
from warehouse import Build, build

from dangol.erasure.erasing import Places, erase

PERSON, EMAIL = "고객김철수", "kim+tag@shop.kr"
VARIABLES = {"phone_country_code": "82", "max_customers_per_contact": "3"}
SELECT = ("+customer_identities", "stg_rejected_rows", "stg_deliveries")
TABLES = ("landing.inventory", "landing.orders", "staging.stg_rejected_rows")


def write_raw(folder: Path) -> Path:
    """Write a shop in which rejected rows name the person, one of a table that is about nobody."""
    shop = make_shop(4)
    shop["customers"].append({**shop["customers"][0], "customer_id": PERSON, "email": EMAIL})
    shop["orders"].append({**shop["orders"][0], "order_id": "o-9", "status": "?"})
    shop["orders"][-1] |= {"customer_id": PERSON, "email": ""}
    for row in shop["inventory"]:
        row["note"] = "counted by min.kim@shop.kr"
    shop["inventory"].append({**shop["inventory"][0], "on_hand": "many", "note": f"ask {EMAIL}"})
    shop["inventory"].append({**shop["inventory"][0], "on_hand": "few"})
    for row in shop["events"]:
        row["page_url"] = "/"
    shop["events"][0]["page_url"] = "/?by=kim%2Btag%40shop.kr"
    return write_shop(shop, folder)


def texts_of(made: Build, table: str) -> str:
    return "\n".join(str(row) for row in made.rows(f"from {table}"))


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Build, erase, build again from the same files; what each step left."""
    folder = tmp_path_factory.mktemp("erased_rows")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANGOL_ERASURES", str(folder / "erasures"))
        raw = write_raw(folder / "raw")
        first = build(raw, folder, select=SELECT, as_of=AS_OF)
        assert first.is_green, first.messages
        steps = {"built": {table: texts_of(first, table) for table in TABLES}}
        names = ("exports", "target", "logs", "scratch")
        places = Places(folder, first.warehouse, *(folder / name for name in names))
        result = erase(places, [PERSON], date(2026, 4, 1), VARIABLES, say=lambda _: None)
        steps["erased"] = {table: texts_of(first, table) for table in TABLES}
        again = build(raw, folder, select=SELECT, as_of=AS_OF)
        assert again.is_green, again.messages
        steps["replayed"] = {table: texts_of(again, table) for table in TABLES}
        return {**steps, "result": result, "again": again}


@pytest.mark.parametrize("table", TABLES)
def test_a_rejected_row_that_names_the_person_goes_and_stays_away(
    replayed: dict[str, Any], table: str
) -> None:
    assert replayed["result"].is_clean
    built = replayed["built"][table]
    assert PERSON in built or EMAIL in built
    for step in ("erased", "replayed"):
        assert PERSON not in replayed[step][table]
        assert EMAIL not in replayed[step][table]


def test_rejected_rows_of_others_stay(replayed: dict[str, Any]) -> None:
    again: Build = replayed["again"]
    rows = again.rows(
        "select row_text like '%min.kim@shop.kr%' from staging.stg_rejected_rows"
        " where table_name = 'inventory'"
    )
    assert rows == [(True,)]
    assert "few" in replayed["erased"]["staging.stg_rejected_rows"]


def test_rows_left_out_are_counted_for_tables_about_nobody_too(replayed: dict[str, Any]) -> None:
    rows = replayed["again"].rows(
        "select erased_count from staging.stg_deliveries where table_name = 'inventory'"
    )
    assert rows == [(1,)]


def test_an_encoded_address_of_somebody_else_loses_the_person(replayed: dict[str, Any]) -> None:
    left = replayed["again"].one(
        "select count(*) from staging.stg_events where page_url like '%tag%'"
    )
    assert left == 0
