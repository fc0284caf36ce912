"""Which rows, texts and files name an erased person, and what an erasure that fails leaves."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dangol.destinations import read_rows
from dangol.erasure import erasing
from dangol.erasure.erasing import Places, Result, erase
from dangol.erasure.published import OUTLIVED
from dangol.erasure.tombstones import ErasureError, read_key, read_tombstones
from dangol.publishing.publication import Audience, publish_folder, stage
from dangol.settings import Settings

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


SOLAPI = {"to": "01012345678", "from": "0212345678", "text": "hello", "type": "SMS"}
"""A message to a phone that two people share."""


def publish(places: Places, name: str, **rows: list[dict[str, str]]) -> Path:
    """Publish rows by destination; return the folder of the publication."""
    staging = places.out / "publications" / f".staging-{name}"
    staging.mkdir(parents=True)
    docs = places.out / "data_docs"
    audiences = [Audience(key, listed, people=len(listed)) for key, listed in rows.items()]
    entries = stage(audiences, None, staging, docs, lambda *_: [])
    manifest = {"id": name, "destinations": entries, "notes": []}
    publish_folder(places.out, staging, manifest, docs)
    return staging.with_name(name)


def published(folder: Path, destination: str, kind: str = "members") -> list[dict[str, str]]:
    return read_rows(destination, sorted((folder / destination).glob(f"{kind}*")))


def test_published_rows_go_by_short_identifiers_inside_their_values(places: Places) -> None:
    make(places, "", ("c06", "c07"))
    grouped = {"senderKey": "k", "templateCode": "t", "recipientNo": "01012345678"}
    folder = publish(
        places,
        "2026-03-31-001",
        solapi=[
            {**SOLAPI, "customFields": f'{{"campaign_id":"hello","customer_id":"{person}"}}'}
            for person in ("c06", "c07", "c060")
        ],
        kakao_alimtalk=[
            {**grouped, "recipientGroupingKey": f"hello:{person}"} for person in ("c06", "c07")
        ],
        listmonk=[
            {"email": f"{number}@shop.kr", "attributes": f'{{"customer_id":"{person}"}}'}
            for number, person in enumerate(("c06", "c07"))
        ],
    )
    result = erased(places, "c06")
    assert (result.is_clean, result.told) == (True, ["kakao_alimtalk", "listmonk", "solapi"])
    fields = [row["customFields"] for row in published(folder, "solapi")]
    assert [json.loads(text)["customer_id"] for text in fields] == ["c07", "c060"]
    keys = [row["recipientGroupingKey"] for row in published(folder, "kakao_alimtalk")]
    assert keys == ["hello:c07"]
    assert [row["email"] for row in published(folder, "listmonk")] == ["1@shop.kr"]


def test_rows_that_a_killed_run_left_are_known_by_their_tombstones(places: Places) -> None:
    """The warehouse was built anew since, and no longer knows whose e-mail it was."""
    make(places, "", ("c08",))
    stones = read_tombstones(places.root / "erasures")
    key = read_key(places.root / "erasures", stones, make=True)
    stones.add(key, [("customer_id", "c02"), ("email", "person2@example.com")], DAY)
    stones.write()
    rows = [{"email": f"person{number}@example.com"} for number in (2, 8)]
    before = publish(places, "2026-04-01-001", listmonk=rows)
    after = publish(places, "2026-04-02-001", listmonk=rows)  # they came back as a new person
    assert erased(places, "c02").is_clean
    assert [row["email"] for row in published(before, "listmonk")] == ["person8@example.com"]
    assert len(published(before, "listmonk", "additions")) == 1
    assert len(published(after, "listmonk")) == 2


def test_the_types_that_are_outlived_are_those_of_replays() -> None:
    root = Path(__file__).resolve().parents[2]
    text = (root / "macros/erasure/erased_rows.sql").read_text("utf-8")
    listed = re.search(r"macro outlived_types\(\) %}\s*{{ return\(\[(.*?)\]", text)
    assert listed
    assert {name.strip(" '") for name in listed[1].split(",")} == OUTLIVED


def test_an_export_at_work_ends_the_run_before_anything_is_changed(places: Places) -> None:
    make(places, "")
    copy = places.scratch / "scratch-x"
    copy.mkdir(parents=True)
    places.out.mkdir()
    before = places.warehouse.read_bytes()
    with (places.out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ErasureError, match=r"Nothing was erased\. Another export is writing"):
            erased(places, "7")
    assert not (places.root / "erasures").exists()
    assert copy.exists()
    assert places.warehouse.read_bytes() == before


def test_the_private_copy_of_a_running_export_is_left_and_told_of(places: Places) -> None:
    make(places, "")
    running, dead = (places.scratch / f"scratch-{name}" for name in ("running", "dead"))
    for folder in (running, dead):
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
    with (running / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = erased(places, "7")
    assert result.at_work == [running]
    assert (running.exists(), dead.exists()) == (True, False)


def test_what_a_killed_build_left_in_its_spill_folder_goes(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(places, "create table staging.stg_customers as select '7' customer_id, 'k@a.kr' email")
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    (tmp_path / "spill").mkdir()
    settings = Settings(warehouse=places.warehouse.name, spill_folder="spill")
    found = Places.of(settings, tmp_path)
    (found.spill / "deep").mkdir(parents=True)
    (found.spill / "deep" / "x.tmp").write_text("k@a.kr")
    (tmp_path / "spill" / "dangol-of-another").mkdir()
    result = erased(found, "7")
    assert (result.before["work folders"], result.after["work folders"]) == (1, 0)
    assert [path.name for path in (tmp_path / "spill").iterdir()] == ["dangol-of-another"]


def _damage_manifest(places: Places, _: pytest.MonkeyPatch) -> None:
    folder = publish(places, "2026-03-31-001", listmonk=[{"email": "kim@shop.kr"}])
    (folder / "manifest.json").write_text('{"destinations": {"listmonk": ')


def _put_file_in_the_way(places: Places, _: pytest.MonkeyPatch) -> None:
    places.work.write_text("")


def _close_folder(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)


def _fill_disk(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr(erasing.shutil, "disk_usage", lambda _: usage)
    make_large = "create table mine.large as select hash(i) as x from range(500000) as r(i)"
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute(make_large)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_damage_manifest, "2026-03-31-001/manifest.json cannot be read.*publish again"),
        (_put_file_in_the_way, "shop.duckdb.work must be a folder, and is a file: move it away"),
        (_close_folder, "shop.duckdb.work may not be written to.*change its rights"),
        (_fill_disk, "is full: 1 MB are free.*Make space"),
    ],
)
def test_what_stops_a_run_is_found_before_anything_is_changed(
    places: Places,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Places, pytest.MonkeyPatch], None],
    told: str,
) -> None:
    make(places, "create table staging.stg_customers as select '7' customer_id, 'k@a.kr' email")
    spoil(places, monkeypatch)
    before = places.warehouse.read_bytes()
    with pytest.raises(ErasureError, match=f"^Nothing was erased. .*{told}"):
        erased(places, "7")
    assert not (places.root / "erasures").exists()
    assert places.warehouse.read_bytes() == before


def test_a_disk_that_fills_up_leaves_no_part_of_the_new_warehouse(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(places, "create table staging.stg_customers as select '7' customer_id, 'k@a.kr' email")
    before = places.warehouse.read_bytes()

    def fill(connection: duckdb.DuckDBPyConnection, *_: object) -> None:
        connection.execute("create table new.half as select 1 as x")
        connection.close()  # as after a fatal error: nothing can be asked any more
        raise duckdb.IOException("IO Error: Could not write: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "rewrite", fill)
        with pytest.raises(ErasureError, match=r"same command again for the rest.* is full: "):
            erased(places, "7")
    assert places.warehouse.read_bytes() == before
    assert [path.name for path in places.work.iterdir()] == ["lock"]
    assert erased(places, "7").is_clean
    assert rows_of(places, "staging.stg_customers") == []
