"""What erasing rests on: keys and tombstones, tokens, the search by bytes, and tables by rules."""

from __future__ import annotations

import fcntl
import unicodedata
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from dangol.erasure.engine import attach, set_key
from dangol.erasure.erasing import Places, _write_until_clean, erase, names_in_file
from dangol.erasure.files import CHUNK_BYTES, ByteSearch
from dangol.erasure.report import report
from dangol.erasure.tombstones import ErasureError, keyed_hash, read_key, read_tombstones

DAY = date(2026, 4, 1)
VARIABLES = {"phone_country_code": "82", "max_customers_per_contact": "3"}
FORMAT = "select tags['storage_version'] from duckdb_databases() where not internal"
"""Asks for the storage format of the one file that a connection has open."""


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    attach(connection)
    set_key(connection, b"k" * 32)
    return connection


@pytest.mark.parametrize("value", ["C000079", "김민수", "a@b.kr", ""])
def test_sql_and_python_make_the_same_keyed_hash(
    engine: duckdb.DuckDBPyConnection, value: str
) -> None:
    made = engine.execute("select dangol_erasure.main.keyed_hash($1)", [value]).fetchall()
    assert made == [(keyed_hash(b"k" * 32, value),)]


def test_a_session_without_the_key_matches_nobody(engine: duckdb.DuckDBPyConnection) -> None:
    made = engine.cursor().execute("select dangol_erasure.main.keyed_hash('C000079')").fetchall()
    assert made == [(None,)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("/join?by=Kim.Min%40Ex.co.kr&x=C000079", {"kim.min@ex.co.kr", "C000079"}),
        ('{"to":"010-1234-5678","order":"A-77-b8"}', {"+821012345678", "A-77-b8"}),
        ("０１０\u20131234\u20135678\n7", {"+821012345678"}),
        ("010\u00a01234\u00a05679\n7", {"+821012345679"}),
        ("min.kim@ex.kr", {"min.kim@ex.kr"}),
        ("7 times 100000 on 2026", set()),
        ("%zz%", set()),
    ],
)
def test_a_text_holds_the_identifiers_that_can_only_mean_somebody(
    engine: duckdb.DuckDBPyConnection, text: str, tokens: set[str]
) -> None:
    made = engine.execute("select dangol_erasure.main.tokens($1, '82')", [text]).fetchall()
    assert set(made[0][0]) == tokens


def test_the_key_is_made_once_private_and_checked(tmp_path: Path) -> None:
    stones = read_tombstones(tmp_path)
    key = read_key(tmp_path, stones, make=True, environ={})
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    stones.add(key, [("email", "a@b.kr")], DAY)
    stones.add(key, [("email", "a@b.kr")], date(2025, 1, 1))
    stones.write()
    again = read_tombstones(tmp_path)
    assert again.rows == {("email", keyed_hash(key, "a@b.kr")): DAY}
    assert read_key(tmp_path, again, make=False, environ={}) == key
    with pytest.raises(ErasureError, match="not the one"):
        read_key(tmp_path, again, make=False, environ={"DANGOL_ERASURE_KEY": "x" * 40})
    with pytest.raises(ErasureError, match="shorter"):
        read_key(tmp_path, again, make=False, environ={"DANGOL_ERASURE_KEY": "short"})
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(ErasureError, match="Others can read"):
        read_key(tmp_path, again, make=False, environ={})
    (tmp_path / "key").unlink()
    with pytest.raises(ErasureError, match="is missing"):
        read_key(tmp_path, again, make=True, environ={})


@pytest.mark.parametrize("text", ["", "a,b\n", "type,hash,erased_on\nemail,12,2026-01-01\n"])
def test_tombstones_that_cannot_be_read_stop_everything(tmp_path: Path, text: str) -> None:
    (tmp_path / "tombstones.csv").write_text(text)
    with pytest.raises(ErasureError, match="cannot be read"):
        read_tombstones(tmp_path)


def test_bytes_are_found_across_the_parts_in_which_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    word = b"kim@shop.kr"
    content = bytearray(b"\0" * (2 * CHUNK_BYTES + 300))
    for place in (0, CHUNK_BYTES - 5, 2 * CHUNK_BYTES - 1, len(content) - len(word)):
        content[place : place + len(word)] = word
    path.write_bytes(content)
    assert ByteSearch(["kim@shop.kr", "C000079"]).count(path, whole_words=True) == 4
    path.write_bytes(b"-" * CHUNK_BYTES)
    assert ByteSearch(["kim@shop.kr"]).count(path, whole_words=True) == 0


def test_a_longer_word_is_another_one_but_in_a_database_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("min.kim@shop.kr xC000079 C0000791 C000079")
    search = ByteSearch(["kim@shop.kr", "C000079"])
    assert search.count(path, whole_words=True) == 1
    assert search.count(path, whole_words=False) == 4


def test_files_of_requests(tmp_path: Path) -> None:
    path = tmp_path / "requests"
    path.write_text("\ufeffC1\n\n kim@shop.kr \n", encoding="utf-8")
    assert names_in_file(path) == ["C1", "kim@shop.kr"]
    path.write_text("name,Customer_ID\nKim,C7\n,\n")
    assert names_in_file(path) == ["C7"]
    path.write_text("name,id\nKim,C7\n")
    with pytest.raises(ErasureError, match="more than one column"):
        names_in_file(path)
    path.write_text("\n")
    with pytest.raises(ErasureError, match="names nobody"):
        names_in_file(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("customer_id;email\nC7;kim@shop.kr\n", "semicolon or a tab in its first line, 'customer_"),
        ("customer_id\temail\nC7\tkim@shop.kr\n", "semicolon or a tab in its first line"),
        ("sep=;\ncustomer_id\nC7\n", "semicolon or a tab in its first line"),
        ("email\nkim@shop.kr\n", "begins with 'email', which is the name of a column"),
        ("\n Phone \n010-1234-5678\n", "begins with 'Phone', which is the name of a column"),
        ("고객번호\nC7\n", "begins with '고객번호'"),
        ("C7\nC8;lee@shop.kr\n", "a tab or a line end in 'C8;lee@shop.kr'"),
        ("user_id\nC7\n", "begins with 'user_id'"),
        ('C7\n"C\n8"\n', "a line end in 'C"),
        ("name,customer_id\nKim,C7\nLee,\n", "customer_id of 'Lee,'"),
        ("email,customer_id\nkim@shop.kr\n", "customer_id of 'kim@shop.kr'"),
        ("customer_id\t\nC7\tkim@shop.kr\n", "a tab or a line end in 'C7"),
    ],
)
def test_a_list_with_other_columns_is_refused_before_its_lines_are_taken_as_people(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "requests"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ErasureError, match=message):
        names_in_file(path)


def test_signs_in_columns_beside_customer_id_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "requests"
    path.write_text("customer_id,note\nC7,by phone; twice\n")
    assert names_in_file(path) == ["C7"]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A warehouse by hand: a person with short and long identifiers, and tables of every kind."""
    monkeypatch.delenv("DANGOL_ERASURE_KEY", raising=False)
    monkeypatch.setenv("DANGOL_ERASURES", str(tmp_path / "erasures"))
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(
            """
            create schema marts; create schema staging; create schema intermediate;
            create schema quality; create schema mine; create schema landing;
            create table marts.customer_identities (
                identifier varchar not null, identifier_type varchar, customer_id varchar,
                matched_by varchar);
            insert into marts.customer_identities values
                ('7', 'customer_id', '7', 'itself'), ('browser-aa11', 'anonymous_id', '7', 'event'),
                ('8', 'customer_id', '8', 'itself'),
                ('tablet-bb22', 'anonymous_id', null, 'shared');
            create table staging.stg_customers as
                select * from (values ('7', 'kim@shop.kr', '+821012345678', null),
                    ('8', 'min.kim@shop.kr', null, '7'))
                as rows (customer_id, email, phone_e164, referred_by_customer_id);
            create table staging.stg_orders as
                select * from (values ('9', '7', 'CODE7A1'), ('7', '8', 'CODE7A1'))
                as rows (order_id, customer_id, coupon_code);
            create table staging.stg_coupons as
                select 'CODE7A1' as coupon_code, '7' as customer_id;
            create table staging.stg_products as select '7' as product_id, 'seven' as name;
            create table quality.rejected_rows as
                select * from (values ('orders', '9', null), ('orders', '7', null),
                    ('order_items', '9|1', null), ('products', '7', null),
                    ('tickets', null, '{"note":"call +82 10-1234-5678"}'))
                as rows (table_name, row_key, row_text);
            create table mine.notes (
                note varchar not null, people varchar[], listed varchar, amount int);
            insert into mine.notes values
                ('of kim@shop.kr and others', ['kim@shop.kr', 'lee@shop.kr'],
                    '["lee@shop.kr","KIM@shop.kr"]', 7),
                ('nothing', ['min.kim@shop.kr'], '[1]', 8);
            create table mine.opened as select 'browser-aa11' as who, 1 as clicks;
            create view marts.people as select customer_id from staging.stg_customers;
            copy (select '7' as customer_id) to '{parquet}' (format parquet);
            create view landing.customers as select * from read_parquet('{parquet}');
            create view landing.deliveries as select 'customers' as table_name;
            """.replace("{parquet}", str(tmp_path / "raw.parquet"))
        )
    folders = (tmp_path / name for name in ("exports", "target", "logs", "scratch"))
    return Places(tmp_path, tmp_path / "shop.duckdb", *folders)


def test_rows_of_the_person_go_and_rows_of_others_lose_their_part(small: Places) -> None:
    result = erase(small, ["+82 10-1234-5678", "7"], DAY, VARIABLES, say=lambda _: None)
    assert result.found.people == ["7"]
    assert result.is_clean
    assert result.hidden >= 1  # kim@shop.kr stands in min.kim@shop.kr
    with duckdb.connect(str(small.warehouse), read_only=True) as connection:
        left = {
            table: connection.execute(f"from {table} order by all").fetchall()
            for table in (
                *("marts.customer_identities", "staging.stg_customers", "staging.stg_orders"),
                *("staging.stg_coupons", "staging.stg_products", "quality.rejected_rows"),
                *("mine.notes", "mine.opened", "marts.people"),
            )
        }
        views = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'landing'"
        ).fetchall()
        required = connection.execute(
            "select column_name from duckdb_columns() where not is_nullable and table_name in"
            " ('customer_identities', 'notes') order by 1"
        ).fetchall()
    assert left == {
        "marts.customer_identities": [
            ("8", "customer_id", "8", "itself"),
            ("tablet-bb22", "anonymous_id", None, "shared"),
        ],
        "staging.stg_customers": [("8", "min.kim@shop.kr", None, None)],
        "staging.stg_orders": [("7", "8", None)],
        "staging.stg_coupons": [],
        "staging.stg_products": [("7", "seven")],
        "quality.rejected_rows": [("orders", "7", None), ("products", "7", None)],
        "mine.notes": [
            ("[erased]", ["lee@shop.kr"], '["lee@shop.kr"]', 7),
            ("nothing", ["min.kim@shop.kr"], "[1]", 8),
        ],
        "mine.opened": [],
        "marts.people": [("8",)],
    }
    assert views == [("deliveries",)]
    assert required == [("identifier",), ("note",)]
    assert not small.warehouse.with_name("shop.duckdb.wal").exists()


def test_what_is_shared_is_left_and_what_is_unknown_gets_a_tombstone(small: Places) -> None:
    result = erase(
        small, ["tablet-bb22", "Gone@Shop.kr", "C-9"], DAY, VARIABLES, say=lambda _: None
    )
    assert (result.tables, result.found.shared) == ([], ["tablet-bb22"])
    assert result.found.unknown == ["Gone@Shop.kr", "C-9"]
    assert result.found.identifiers == {
        ("email", "gone@shop.kr"),
        ("customer_id", "C-9"),
        ("anonymous_id", "C-9"),
    }
    assert result.tombstones == 3


def test_identifiers_in_the_schema_raw_are_read_as_landing_reads_them(small: Places) -> None:
    with duckdb.connect(str(small.warehouse)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.customers as select * from (values (' 7 ', 'KIM@shop.kr'),"
            " ('8', null)) as rows (customer_id, email)"
        )
        connection.execute(
            "create table raw.orders as select $1 as customer_id, ' ORD1 ' as order_id",
            [unicodedata.normalize("NFD", "김민수")],
        )
    result = erase(small, ["7", "김민수"], DAY, VARIABLES, say=lambda _: None)
    assert {("customer_id", "김민수"), ("order_id", "ORD1")} <= result.found.identifiers
    with duckdb.connect(str(small.warehouse), read_only=True) as connection:
        assert connection.execute("select customer_id from raw.customers").fetchall() == [("8",)]
        assert connection.execute("from raw.orders").fetchall() == []


@pytest.mark.parametrize(
    ("name", "people"),
    [
        *((name, ["7"]) for name in ("01012345678", "010 1234 5678", "+821012345678")),
        *((name, ["7"]) for name in ("82-10-1234-5678", "0082 10 1234 5678")),
        *((name, []) for name in ("1012345678", "821012345678", "0212345678")),
    ],
)
def test_a_number_without_a_0_in_front_is_an_id_and_no_phone(
    small: Places, name: str, people: list[str]
) -> None:
    with duckdb.connect(str(small.warehouse)) as connection:
        connection.execute(
            "create table intermediate.int_customer_contacts as select"
            " '7' as customer_id, 'phone' as contact_type, '+821012345678' as contact"
        )
    found = erase(small, [name], DAY, VARIABLES, dry_run=True, say=lambda _: None).found
    assert found.people == people
    if not people:
        kinds = {"customer_id", "anonymous_id"} | ({"phone"} if name[0] == "0" else set())
        assert {kind for kind, _ in found.identifiers} == kinds


def test_an_identifier_is_searched_for_as_it_stands_in_a_url(small: Places) -> None:
    names = ["kim+tag@shop.kr", "o'neil@shop.kr", "ORD/77+b8"]
    texts = erase(small, names, DAY, VARIABLES, dry_run=True, say=lambda _: None).found.texts
    assert texts >= {
        *("kim+tag@shop.kr", "kim+tag%40shop.kr", "kim%2Btag@shop.kr", "kim%2Btag%40shop.kr"),
        *("kim%2btag%40shop.kr", "o'neil%40shop.kr", "o%27neil%40shop.kr"),
        *("ORD/77+b8", "ORD%2F77%2Bb8", "ORD%2f77%2bb8"),
    }
    log = small.logs / "dbt.log"
    log.parent.mkdir()
    log.write_text("/invite?from=kim%2Btag%40shop.kr&x=1\n/invite?from=somebody\n")
    assert erase(small, names, DAY, VARIABLES, say=lambda _: None).is_clean
    assert log.read_text() == "/invite?from=somebody\n"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["nobody-77", "gone@shop.kr"], "Nothing was erased: nobody who was named was found"),
        (["tablet-bb22"], "Nothing was erased: what was named is not one person's alone."),
        (["nobody-77", "7"], "Nothing of them is left here."),
    ],
)
def test_the_last_words_say_whether_anybody_was_found(
    small: Places, names: list[str], said: str
) -> None:
    for is_dry in (True, False):
        result = erase(small, names, DAY, VARIABLES, dry_run=is_dry, say=lambda _: None)
        text = " ".join(report(result, small.root, dry_run=is_dry))
        assert (said in text) is (not is_dry or "Nothing was erased" in said)
        assert ("Nothing of them is left" in text) is (not is_dry and "7" in names)


def test_a_trace_of_somebody_unknown_in_a_file_counts_as_found(small: Places) -> None:
    small.logs.mkdir()
    (small.logs / "dbt.log").write_text("failed for gone@shop.kr\n")
    result = erase(small, ["gone@shop.kr"], DAY, VARIABLES, say=lambda _: None)
    assert "Nothing of them is left here." in " ".join(report(result, small.root, dry_run=False))


def test_a_dry_run_writes_nothing(small: Places) -> None:
    before = small.warehouse.read_bytes()
    result = erase(small, ["7"], DAY, VARIABLES, dry_run=True, say=lambda _: None)
    assert result.before["warehouse (rows)"] > 5
    assert small.warehouse.read_bytes() == before
    assert not (small.root / "erasures").exists()


def test_a_build_that_holds_the_lock_is_named(small: Places) -> None:
    small.work.mkdir()
    with (small.work / "lock").open("w") as lock:
        lock.write("process 42, dangol build\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ErasureError, match="process 42, dangol build"):
            erase(small, ["7"], DAY, VARIABLES, say=lambda _: None)


def test_an_unfinished_warehouse_cannot_say_who_somebody_is(small: Places) -> None:
    with duckdb.connect(str(small.warehouse)) as connection:
        connection.execute("drop table marts.customer_identities")
    with pytest.raises(ErasureError, match="customer_identities"):
        erase(small, ["7"], DAY, VARIABLES, say=lambda _: None)


def test_every_raw_table_that_names_a_person_has_a_rule() -> None:
    root = Path(__file__).resolve().parents[2]
    contract = yaml.safe_load((root / "models/staging/_landing__sources.yml").read_text("utf-8"))[
        "sources"
    ][0]["tables"]
    rules = (root / "macros/erasure/erased_rows.sql").read_text("utf-8").split("{% endmacro %}")[0]
    naming = {"customer_id", "anonymous_id", "contact", "message_id", "order_id", "email", "phone"}
    for table in contract:
        if naming & {column["name"] for column in table["columns"]}:
            assert f"'{table['name']}': {{" in rules


# What DuckDB leaves in a block that no row fills


def file_with_a_remainder(path: Path, text: str, version: str = "v1.4.0") -> None:
    """Write a database whose blocks hold a text that no row does, between tables and a view."""
    with duckdb.connect(str(path), config={"storage_compatibility_version": version}) as connection:
        connection.execute(
            "create table kept (name varchar primary key); insert into kept values ('kim');"
            f"create table gone as select '{text}' || range as name from range(50000); checkpoint;"
            "create table after as select range as number from range(300000);"
            "create view names as from kept; checkpoint; drop table gone; checkpoint"
        )


@pytest.mark.parametrize("version", ["v1.0.0", "v1.4.0"])
def test_a_file_with_bytes_of_them_in_no_row_is_written_again_elsewhere(
    tmp_path: Path, version: str
) -> None:
    path, search = tmp_path / "it's-erasing.duckdb", ByteSearch(["C0012640"])
    file_with_a_remainder(path, "C0012640", version)
    assert search.count(path, whole_words=False) > 0
    _write_until_clean(path, search, tmp_path / "spill")
    assert search.count(path, whole_words=False) == 0
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    with duckdb.connect(str(path)) as connection:
        assert connection.execute(FORMAT).fetchall() == [(f"{version}+",)]
        assert connection.execute("from names").fetchall() == [("kim",)]
        assert connection.execute("select count(*) from after").fetchone() == (300_000,)
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into kept values ('kim')")


def test_a_file_that_cannot_be_written_again_stops_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "shop-erasing.duckdb"
    path.write_bytes(b"C0012640 is no database")
    with pytest.raises(ErasureError, match=r"cannot be written once more; .* not a valid DuckDB"):
        _write_until_clean(path, ByteSearch(["C0012640"]), tmp_path / "spill")
