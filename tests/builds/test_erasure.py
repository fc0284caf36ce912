"""People who were erased: gone from every place, and not brought back by old files."""

from __future__ import annotations

import copy
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tiny_shop import AS_OF, Shop, make_shop, write_shop
from warehouse import ROOT, Build, build

from dangol.destinations import DESTINATIONS, read_rows
from dangol.erasure.engine import attach_tombstones
from dangol.erasure.erasing import Places, Result, erase
from dangol.erasure.tombstones import read_tombstones
from dangol.publishing.publication import Audience, last_publication, publish_folder, stage

SELECT = (
    *("+customers", "+customer_identities", "+order_items", "+data_quality"),
    *("+int_contact_points", "stg_consents"),
)
ERASED_ON = date(2026, 4, 1)
VARIABLES = {"phone_country_code": "82", "max_customers_per_contact": "3"}
ACCOUNTS, DEVICES = {"c03", "c38"}, {"a3", "a43", "a38"}
"""One person with two accounts, joined by the e-mail, and the devices seen with them."""
EMAIL = "person3@example.com"
SCHEMAS = ("staging", "intermediate", "marts", "quality")


def shop_with_traces() -> Shop:
    """Return the tiny shop with traces of the person in rows of others, and in a row rejected."""
    shop = make_shop(4)
    for row in shop["events"]:
        row |= {"page_url": "/", "properties": ""}
        if row["customer_id"] in ACCOUNTS:
            row["anonymous_id"] = f"a{int(row['customer_id'][1:])}"
        elif row["anonymous_id"] in DEVICES:
            row["anonymous_id"] = "a1"
    other, another = [row for row in shop["events"] if row["customer_id"] == "c01"][:2]
    other["page_url"] = "/invite?from=Person3%40Example.com&x=1"
    another["properties"] = '{"friend":"person3@example.com"}'
    shop["customers"][1]["referred_by_customer_id"] = "c38"
    shop["orders"].append(
        {**shop["orders"][0], "order_id": "bad", "status": "?", "customer_id": "", "email": EMAIL}
    )
    return shop


def shop_without(shop: Shop) -> Shop:
    """Return the shop as if the person had never been there: the oracle of a replay."""
    left = copy.deepcopy(shop)
    orders = {
        row["order_id"]
        for row in shop["orders"]
        if row["customer_id"] in ACCOUNTS or row["email"] == EMAIL
    }
    for table, rows in left.items():
        left[table] = [
            row
            for row in rows
            if row.get("customer_id") not in ACCOUNTS
            and row.get("contact") not in {*ACCOUNTS, EMAIL}
            and row.get("order_id") not in orders
            and row.get("anonymous_id") not in DEVICES
        ]
        for row in left[table]:
            if row.get("referred_by_customer_id") in ACCOUNTS:
                row["referred_by_customer_id"] = ""
            for column in ("page_url", "properties"):
                if "erson3" in row.get(column, ""):
                    row[column] = ""
    return left


def write_raw(shop: Shop, folder: Path) -> Path:
    """Write the shop with its events as Parquet, which landing reads in place."""
    write_shop(shop, folder)
    duckdb.connect().execute(
        f"copy (from read_csv('{folder}/events.csv', all_varchar = true))"
        f" to '{folder}/events.parquet' (format parquet)"
    )
    (folder / "events.csv").unlink()
    return folder


def newcomer(customer_id: str, signed_up_at: str) -> dict[str, str]:
    """Return an account with the erased person's e-mail."""
    row = dict.fromkeys(make_shop(4)["customers"][0], "")
    return {**row, "customer_id": customer_id, "email": EMAIL, "signed_up_at": signed_up_at}


def stored_tables(made: Build) -> list[str]:
    """Return `schema.table` of the tables of all schemas; views have no rows of their own."""
    views = {
        row[0] for row in made.rows("select schema_name || '.' || view_name from duckdb_views()")
    }
    return [table for table in made.tables(SCHEMAS) if table not in views]


def build_shop(raw: Path, folder: Path) -> Build:
    made = build(raw, folder, select=SELECT, as_of=AS_OF, write_json=True)
    assert made.is_green, made.messages
    return made


def places(folder: Path) -> Places:
    return Places(
        folder,
        folder / "shop.duckdb",
        folder / "exports",
        folder / "target",
        folder / "logs",
        folder / "scratch",
    )


def erase_person(folder: Path) -> Result:
    return erase(
        places(folder), [" Person3@Example.COM "], ERASED_ON, VARIABLES, say=lambda _: None
    )


def contacts(shop: Shop) -> set[str]:
    """Return the e-mail and the phones of the person, in any spelling."""
    phones = {row["phone"] for row in shop["customers"] if row["customer_id"] in ACCOUNTS} - {""}
    written = {form for phone in phones for form in (phone, phone.replace("-", ""))}
    return {EMAIL, "Person3@Example.com", *written, *("+82" + text[1:] for text in written)}


def files_with(texts: set[str], folder: Path) -> list[str]:
    """Return the files below a folder in which one of the texts stands, read plainly."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "raw" not in path.relative_to(folder).parts[0]
        and any(text.encode() in path.read_bytes() for text in texts)
    ]


def tables_with(made: Build, texts: set[str]) -> list[str]:
    """Return the tables that hold one of the texts as a whole value, or an e-mail inside one."""
    columns = made.rows(
        "select table_schema || '.' || table_name, list(column_name order by ordinal_position)"
        " from information_schema.columns"
        " join information_schema.tables using (table_catalog, table_schema, table_name)"
        " where table_type = 'BASE TABLE' and data_type = 'VARCHAR' group by 1 order by 1"
    )
    listed = ", ".join(f"'{text}'" for text in sorted(texts))
    found = []
    for table, names in columns:
        either = " or ".join(
            f'"{name}" in ({listed}) or "{name}" ilike \'%person3@%\'' for name in names
        )
        if made.one(f"select count(*) from {table} where {either}"):
            found.append(table)
    return found


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Build, erase, erase again, build from the old files and new rows; what each step left."""
    folder = tmp_path_factory.mktemp("erasure")
    before = os.environ.get("DANGOL_ERASURES")
    os.environ["DANGOL_ERASURES"] = str(folder / "erasures")
    try:
        shop = shop_with_traces()
        first = build_shop(write_raw(shop, folder / "raw"), folder)
        history = {
            table: Counter(map(str, first.rows(f"from {table}"))) for table in stored_tables(first)
        }
        (folder / "logs").mkdir(exist_ok=True)
        (folder / "logs" / "dbt.log").write_text(f"a line\nfailed for {EMAIL}\nanother\n")
        (folder / "target" / "note.txt").write_text(f"rows: {EMAIL}")
        traces = files_with(contacts(shop), folder)
        result = erase_person(folder)
        after = {
            table: Counter(map(str, first.rows(f"from {table}"))) for table in stored_tables(first)
        }
        steps = {
            "shop": shop,
            "folder": folder,
            "history": history,
            "traces": traces,
            "result": result,
            "after": after,
            "files": files_with(contacts(shop), folder),
            "tables": tables_with(first, ACCOUNTS | DEVICES),
            "format": first.one(
                "select tags['storage_version'] from duckdb_databases() where not internal"
            ),
            "again": erase_person(folder),
            "tombstones": (folder / "erasures" / "tombstones.csv").read_text("utf-8"),
        }
        later = [
            newcomer("n_before", "2026-03-01T00:00:00"),
            newcomer("n_same_day", "2026-04-01T14:59:59"),
            newcomer("n_day_after", "2026-04-01T15:00:00"),
            newcomer("n_undated", ""),
        ]
        replayed = {**shop, "customers": shop["customers"] + later}
        oracle = shop_without(shop)
        oracle["customers"].append(later[2])
        replay = build_shop(write_raw(replayed, folder / "raw_again"), folder)
        os.environ["DANGOL_ERASURES"] = str(folder / "none")
        expected = build_shop(write_raw(oracle, folder / "raw_oracle"), folder / "oracle")
        return {**steps, "replay": replay, "expected": expected}
    finally:
        if before is None:
            del os.environ["DANGOL_ERASURES"]
        else:
            os.environ["DANGOL_ERASURES"] = before


def test_the_person_is_found_by_any_identifier_with_all_of_theirs(erased: dict[str, Any]) -> None:
    found = erased["result"].found
    of = {
        kind: {value for type_, value in found.identifiers if type_ == kind}
        for kind, _ in found.identifiers
    }
    assert found.people == ["c03"] or found.people == ["c38"]
    assert of["customer_id"] == ACCOUNTS
    assert of["anonymous_id"] <= DEVICES
    assert of["email"] == {EMAIL}
    assert of["order_id"] >= {
        row["order_id"] for row in erased["shop"]["orders"] if row["customer_id"] in ACCOUNTS
    }


def test_no_byte_and_no_row_of_the_person_is_left(erased: dict[str, Any]) -> None:
    assert {"logs/dbt.log", "shop.duckdb", "target/note.txt"} <= set(erased["traces"])
    assert erased["files"] == []
    assert erased["tables"] == []
    assert erased["result"].is_clean
    assert erased["result"].before["warehouse (bytes)"] > 0
    assert erased["result"].before["warehouse (rows)"] > 100
    log = (erased["folder"] / "logs" / "dbt.log").read_text()
    assert log == "a line\nanother\n"


def test_the_new_file_is_of_the_format_of_the_old_one(erased: dict[str, Any]) -> None:
    assert erased["format"] == "v1.4.0+"


def test_rows_of_others_stay_as_they_were(erased: dict[str, Any]) -> None:
    """Every row left was there before, but for what named the person in it."""
    changed = {}
    for table, rows in erased["after"].items():
        assert sum(rows.values()) > 0 or not erased["history"][table], table
        if rows - erased["history"][table]:
            changed[table] = sum((rows - erased["history"][table]).values())
    assert changed["staging.stg_customers"] >= 1
    removed = {change.table: change.removed for change in erased["result"].tables}
    for table, rows in erased["after"].items():
        gone = sum(erased["history"][table].values()) - sum(rows.values())
        assert gone == removed.get(table, 0), table
    orders = [row for row in erased["shop"]["orders"] if row["customer_id"] not in ACCOUNTS]
    assert sum(erased["after"]["staging.stg_orders"].values()) == len(orders) - 2  # both rejected


def test_erasing_again_finds_nothing_and_changes_no_tombstone(erased: dict[str, Any]) -> None:
    again = erased["again"]
    assert (again.is_clean, again.tombstones, again.tables, again.files) == (True, 0, [], [])
    assert not any(again.before.values())
    assert again.found.unknown == [" Person3@Example.COM "]


def test_tombstones_hold_no_identifier_and_the_key_is_private(erased: dict[str, Any]) -> None:
    lines = list(csv.reader(erased["tombstones"].splitlines()))
    assert lines[0] == ["type", "hash", "erased_on"]
    kinds, hashes, days = zip(*lines[1:], strict=True)
    assert not {*kinds} & {*contacts(erased["shop"]), "c03"}
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes)
    assert all(date.fromisoformat(day) for day in days if day)  # the key has none
    assert (erased["folder"] / "erasures" / "key").stat().st_mode & 0o777 == 0o600


def test_a_replay_of_the_old_files_is_as_if_the_person_had_never_been_there(
    erased: dict[str, Any],
) -> None:
    """Only the account opened after the erasure, with the same e-mail, is let in."""
    left_out = {
        "quality.data_quality": ["rows_read", "rows_erased"],
        "quality.rejected_rows": ["file_row"],
        "staging.stg_deliveries": ["erased_count"],
        "staging.stg_rejected_rows": ["file_row"],
        "staging.stg_event_files": [
            "size_bytes",
            "modified_at",
            "is_new",
            "first_date",
            "last_date",
        ],
        "intermediate.int_event_files": ["size_bytes", "modified_at"],
    }
    replay, expected = erased["replay"], erased["expected"]
    assert stored_tables(replay) == stored_tables(expected)
    for table in stored_tables(replay):
        columns = f"* exclude ({', '.join(left_out[table])})" if table in left_out else "*"
        rows = [made.rows(f"select {columns} from {table}") for made in (replay, expected)]
        assert Counter(map(str, rows[0])) == Counter(map(str, rows[1])), table
    newcomers = erased["replay"].rows(
        "select customer_id from staging.stg_customers where email = 'person3@example.com'"
    )
    assert newcomers == [("n_day_after",)]
    expected = tables_with(erased["expected"], ACCOUNTS | DEVICES)  # the newcomer's e-mail
    assert tables_with(erased["replay"], ACCOUNTS | DEVICES | {"n_before"}) == expected


def test_views_of_landing_show_nobody_without_the_tombstones(
    erased: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANGOL_ERASURES", str(erased["folder"] / "erasures"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{erased['replay'].warehouse}' as shop (read_only); use shop")
        with pytest.raises(duckdb.BinderException, match="dangol_erasure"):
            connection.execute("select count(*) from landing.events")
        attach_tombstones(connection, ROOT)
        assert connection.execute("select count(*) from landing.events").fetchall()[0][0] > 0


def test_erased_rows_are_counted_and_every_row_read_is_accounted_for(
    erased: dict[str, Any],
) -> None:
    rows = erased["replay"].rows(
        "select table_name, rows_read, rows_accepted + rows_rejected + rows_duplicate, rows_erased"
        " from quality.data_quality where file_format is not null"
    )
    expected = dict(
        erased["expected"].rows("select table_name, rows_read from quality.data_quality")
    )
    for table, read, kept, gone in rows:
        assert (table, read) == (table, kept + gone)
        assert (table, kept) == (table, expected[table])
    assert {row[0]: row[3] for row in rows}["customers"] == 5


def test_the_key_stands_in_no_file_but_its_own(erased: dict[str, Any]) -> None:
    key = (erased["folder"] / "erasures" / "key").read_text().strip()
    assert files_with({key}, erased["folder"]) == ["erasures/key"]


def test_a_build_stops_where_tombstones_cannot_be_applied(
    erased: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(erased["folder"] / "erasures", tmp_path / "erasures")
    monkeypatch.setenv("DANGOL_ERASURES", str(tmp_path / "erasures"))
    (tmp_path / "erasures" / "key").write_text("another key, long enough")
    raw = erased["folder"] / "raw"
    made = build(raw, tmp_path / "wrong", select=["stg_orders"])
    assert not made.is_green
    assert "not the one" in " ".join(made.messages)
    (tmp_path / "erasures" / "key").unlink()
    made = build(raw, tmp_path / "none", select=["stg_orders"])
    assert "is missing" in " ".join(made.messages)

    import warehouse

    example = (ROOT / "profiles.example.yml").read_text("utf-8")
    start, end = example.index("      # keeps erased"), example.index("      settings:")
    (tmp_path / "profiles.example.yml").write_text(example[:start] + example[end:], "utf-8")
    warehouse.parsed(ROOT)
    monkeypatch.setattr(warehouse, "profiles_folder", lambda *_: _old_profile(tmp_path))
    made = build(raw, tmp_path / "old", select=["stg_orders"])
    assert "has no plugin that applies them" in " ".join(made.messages)


def _old_profile(folder: Path) -> Path:
    shutil.copyfile(folder / "profiles.example.yml", folder / "profiles.yml")
    return folder


OTHERS = (
    "select count(*), sum(hash(orders)::hugeint) from marts.orders as orders"
    " where customer_id is distinct from ?"
)
"""Orders of everybody but one person, and what stands in them."""


def command(folder: Path, *arguments: str) -> list[str]:
    where = ["--warehouse", str(folder / "shop.duckdb"), "--out", str(folder / "exports")]
    return [sys.executable, "-m", "dangol", "erase", *where, *arguments]


def environment(folder: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "DANGOL_ERASURE_KEY"},
        "DANGOL_ERASURES": str(folder / "erasures"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "PYTHONPATH": str(ROOT / "src"),
    }


@pytest.fixture(scope="module")
def sample(sample_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built sample, with a publication of some destinations."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copyfile(sample_build.warehouse, folder / "shop.duckdb")
    audiences = []
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        for name in ("braze", "klaviyo", "sms", "solapi", "aligo", "tiktok", "onsite"):
            rows = connection.execute(f"from exports.export_{name} order by all")
            headers = [column[0] for column in rows.description]
            listed = [dict(zip(headers, row, strict=True)) for row in rows.fetchall()]
            audiences.append(Audience(name, listed, people=len(listed)))
    out = folder / "exports"
    staging = out / "publications" / ".staging-2026-06-30-001"
    staging.mkdir(parents=True)
    entries = stage(audiences, None, staging, out / "data_docs", lambda *_: [])
    manifest = {"id": "2026-06-30-001", "destinations": entries, "notes": []}
    publish_folder(out, staging, manifest, out / "data_docs")
    docs = out / "data_docs" / "2026-06-30-001" / "braze"
    docs.mkdir(parents=True)
    return folder


def test_a_person_of_the_sample_leaves_warehouse_and_published_files_even_after_a_crash(
    sample: Path,
) -> None:
    """Killed once the tombstones are written, then run again."""
    with duckdb.connect(str(sample / "shop.duckdb"), read_only=True) as connection:
        person, email, phone = connection.execute(
            "select customers.customer_id, email, phone_e164 from marts.customers"
            " join audiences.campaign_destinations using (customer_id)"
            " where email is not null and phone_e164 is not null"
            " group by all order by count(distinct destination_id) desc, 1 limit 1"
        ).fetchall()[0]
        others = connection.execute(OTHERS, [person]).fetchall()
    (sample / "exports" / "data_docs" / "2026-06-30-001" / "braze" / "index.html").write_text(email)
    korean = f"0{phone[3:]}"
    texts = {person, email, phone, korean}
    assert len(files_with(texts, sample)) >= 8

    killed = subprocess.Popen(
        command(sample, "--customer", person),
        cwd=ROOT,
        env=environment(sample),
        stdout=subprocess.DEVNULL,
    )
    for _ in range(1200):
        if (sample / "erasures" / "tombstones.csv").exists() or killed.poll() is not None:
            break
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert read_tombstones(sample / "erasures").rows

    ended = subprocess.run(
        command(sample, "--customer", person),
        cwd=ROOT,
        env=environment(sample),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Nothing of them is left here." in ended.stdout
    assert "must erase them too" in ended.stdout
    assert files_with(texts, sample) == []
    with duckdb.connect(str(sample / "shop.duckdb"), read_only=True) as connection:
        assert connection.execute(OTHERS, [person]).fetchall() == others
        required = connection.execute(
            "select count(*) from duckdb_columns() where database_name = current_database()"
            " and schema_name = 'marts' and not is_nullable"
        ).fetchall()
    assert required[0][0] > 20
    publication, problem = last_publication(sample / "exports")
    assert problem is None
    assert publication is not None
    for name, entry in publication.manifest["destinations"].items():
        members = publication.members(name)
        assert members is not None
        assert entry["rows"] == len(members)
        paths = [publication.folder / name / file["name"] for file in entry["files"]]
        assert sorted(paths) == sorted((publication.folder / name).iterdir())
        assert all(read_rows(name, [path]) is not None for path in paths)
    assert set(publication.manifest["destinations"]) <= set(DESTINATIONS)


def test_a_dry_run_changes_nothing_and_says_what_it_would_find(sample: Path) -> None:
    file = sample / "shop.duckdb"
    before = (file.stat().st_mtime_ns, sorted((sample / "erasures").iterdir()))
    ended = subprocess.run(
        command(sample, "--customer", "nobody-at-all-77", "--dry-run"),
        cwd=ROOT,
        env=environment(sample),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Nobody in the warehouse goes by nobody-at-all-77" in ended.stdout
    assert "Dry run" in ended.stdout
    assert (file.stat().st_mtime_ns, sorted((sample / "erasures").iterdir())) == before
