"""Files: what is written is read back to the letter, within limits, whatever a text holds."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dangol import destinations
from dangol.destinations import (
    DESTINATIONS,
    FormatError,
    expected_headers,
    read_requests,
    read_rows,
    read_table,
    write_rows,
)

NAMES = sorted(DESTINATIONS)
HOSTILE = [
    "=HYPERLINK(1)",
    "a,b",
    'say "hi"',
    "line\nline",
    "line\r\nline",
    "\ttab",
    "김민수",
    "\u110c\u1165\u11bc",
    "\u202egnirts",
    "\u2028",
    "\x85",
    "null",
    "{}",
    "\\n",
    "😀",
    " ",
]

texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
json_values = st.recursive(
    st.one_of(texts, st.booleans(), st.integers(0, 999)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=4,
)


def shortest(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rows_of(name: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """Rows of an export with any text in any column (of few requests, where there are some)."""
    destination = DESTINATIONS[name]
    columns: dict[str, st.SearchStrategy[str]] = {}
    for header in destination.headers:
        if header in destination.request:
            columns[header] = st.sampled_from(["", "=1", "b\n"])
        elif header in destination.json:
            columns[header] = json_values.map(shortest) | st.just("")
        else:
            columns[header] = texts
    if destination.kind == "numbered":
        columns[destination.member_headers[0]] = texts.filter(bool)
    return st.lists(st.fixed_dictionaries(columns), max_size=6)


def row_of(name: str, **values: str) -> dict[str, str]:
    """A row with something in every column."""
    destination = DESTINATIONS[name]
    row = dict.fromkeys(destination.headers, "x")
    return row | dict.fromkeys(destination.json, '{"a":"b"}') | values


def order(row: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(row.items())


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_is_written_is_read_back(name: str, data: st.DataObject, tmp_path: Path) -> None:
    rows = data.draw(rows_of(name))
    back = read_rows(name, write_rows(name, rows, tmp_path, "file"))
    if DESTINATIONS[name].request:
        assert sorted(back, key=order) == sorted(rows, key=order)
    else:
        assert back == rows


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_a_file_with_headers_alone(name: str, tmp_path: Path) -> None:
    (path,) = write_rows(name, [], tmp_path, "nobody")
    assert path == tmp_path / f"nobody{DESTINATIONS[name].suffix}"
    assert path.suffix in (".csv", ".jsonl")
    line = ",".join(expected_headers(name)) + "\n" if path.suffix == ".csv" else ""
    assert path.read_text(encoding="utf-8") == line
    assert read_rows(name, [path]) == []


@pytest.mark.parametrize("name", NAMES)
def test_one_is_a_file_too(name: str, tmp_path: Path) -> None:
    row = row_of(name)
    assert read_rows(name, write_rows(name, [row], tmp_path, "one")) == [row]


def test_values_are_written_as_the_warehouse_tells_them(tmp_path: Path) -> None:
    row = {"external_id": "C1", "email": None, "order_count": 2, "net_revenue": Decimal("12.5000")}
    (path,) = write_rows("braze", [row], tmp_path, "braze")
    (back,) = read_rows("braze", [path])
    assert (back["email"], back["order_count"], back["net_revenue"]) == ("", "2", "12.5000")
    page = {"customer_id": "C1", "recommended_products": '["p1"]', "ask_for_consent": True}
    (path,) = write_rows("onsite", [page], tmp_path, "onsite")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "customer_id": "C1",
        "segment": None,
        "stage": None,
        "recommended_products": ["p1"],
        "banner_campaign": None,
        "ask_for_consent": True,
    }


def test_a_table_is_utf_8_without_a_mark_and_one_line_end(tmp_path: Path) -> None:
    (path,) = write_rows("listmonk", [{"email": "a@b.kr", "name": "김민수"}], tmp_path, "list")
    assert path.read_bytes() == "email,name,attributes\na@b.kr,김민수,\n".encode()


def test_headers_keep_their_capitals_and_spaces(tmp_path: Path) -> None:
    (path,) = write_rows("mailchimp", [], tmp_path, "mailchimp")
    assert read_table(path)[0][:3] == ["Email Address", "First Name", "Birthday"]
    (path,) = write_rows("google_customer_match", [], tmp_path, "google")
    assert path.read_text(encoding="utf-8") == "Email,Phone,First Name,Last Name,Country,Zip\n"


@pytest.mark.parametrize(
    ("count", "sizes"), [(10_000, [10_000]), (10_001, [10_000, 1]), (20_001, [10_000, 10_000, 1])]
)
def test_meta_gets_ten_thousand_rows_a_file(count: int, sizes: list[int], tmp_path: Path) -> None:
    rows = [{"email": str(number)} for number in range(count)]
    paths = write_rows("meta_custom_audience", rows, tmp_path, "meta")
    names = ["meta.csv", "meta-2.csv", "meta-3.csv"][: len(sizes)]
    assert [path.name for path in paths] == names
    assert [len(read_rows("meta_custom_audience", [path])) for path in paths] == sizes
    assert [row["email"] for row in read_rows("meta_custom_audience", paths)] == [
        row["email"] for row in rows
    ]


@pytest.mark.parametrize("name", ["braze", "klaviyo"])
def test_no_file_is_over_its_bytes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DESTINATIONS[name].max_bytes == {"braze": 500, "klaviyo": 50}[name] * 1024 * 1024
    small = 1000
    limited = destinations.Destination(**{**vars(DESTINATIONS[name]), "max_bytes": small})
    monkeypatch.setitem(DESTINATIONS, name, limited)
    rows = [row_of(name, campaigns="김" * number) for number in range(100)]
    paths = write_rows(name, rows, tmp_path, "part")
    assert len(paths) > 10
    assert all(path.stat().st_size <= small for path in paths)
    assert read_rows(name, paths) == rows
    # as few files as possible: none would take the first row of the next
    for path, following in itertools.pairwise(paths):
        lines = following.read_bytes().splitlines(keepends=True)
        assert path.stat().st_size + len(lines[1]) > small


@pytest.mark.parametrize(
    ("name", "most"), [("kakao_alimtalk", 1000), ("kakao_brand", 1000), ("solapi", 10_000)]
)
def test_a_request_has_so_many_members_and_one_time(name: str, most: int, tmp_path: Path) -> None:
    first, later = DESTINATIONS[name].request[-1], "2026-07-01 11:00"
    rows = [row_of(name) for _ in range(most + 1)] + [row_of(name, **{first: later})]
    (path,) = write_rows(name, rows, tmp_path, name)
    assert [len(members) for members in read_requests(name, path)] == [most, 1, 1]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    for line in lines:
        request = json.loads(line)
        assert list(request) == [*DESTINATIONS[name].request, DESTINATIONS[name].members]


def test_an_alimtalk_request_is_in_nhns_form(tmp_path: Path) -> None:
    row = {
        "senderKey": "KEY",
        "templateCode": "review_1",
        "requestDate": "2026-07-01 08:30",
        "recipientNo": "01012345678",
        "templateParameter": '{"customer_name":"김민수"}',
        "resendParameter": '{"isResend":false}',
        "recipientGroupingKey": "review_request:a",
    }
    (path,) = write_rows("kakao_alimtalk", [row], tmp_path, "alimtalk")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "senderKey": "KEY",
        "templateCode": "review_1",
        "requestDate": "2026-07-01 08:30",
        "recipientList": [
            {
                "recipientNo": "01012345678",
                "templateParameter": {"customer_name": "김민수"},
                "resendParameter": {"isResend": False},
                "recipientGroupingKey": "review_request:a",
            }
        ],
    }


def test_what_is_blank_is_no_field_of_a_request(tmp_path: Path) -> None:
    row = {"to": "01012345678", "text": "(광고)단골샵", "type": "SMS", "scheduledDate": "now"}
    (path,) = write_rows("solapi", [row], tmp_path, "solapi")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "scheduledDate": "now",
        "messages": [{"to": "01012345678", "text": "(광고)단골샵", "type": "SMS"}],
    }


def test_aligo_gets_a_row_a_request_with_numbered_fields(tmp_path: Path) -> None:
    rows = [
        row_of("aligo", receiver=str(number), senddate=date)
        for date, count in (("1", 501), ("2", 1))
        for number in range(1, count + 1)
    ]
    (path,) = write_rows("aligo", rows, tmp_path, "aligo")
    with path.open(encoding="utf-8", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert (first["senddate"], second["senddate"], third["senddate"]) == ("1", "1", "2")
    assert (first["receiver_1"], first["receiver_500"]) == ("1", "500")
    assert "receiver_501" not in first
    assert (second["receiver_1"], second["receiver_2"], third["receiver_1"]) == ("501", "", "1")
    assert [len(members) for members in read_requests("aligo", path)] == [500, 1, 1]
    assert read_rows("aligo", [path]) == rows


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("braze", {"note": "x"}, "has no column note"),
        ("braze", {"first_name": "\ud800"}, "first_name can't be written in UTF-8"),
        ("listmonk", {"name": "\udcff"}, "name can't be written in UTF-8"),
        ("kakao_alimtalk", {"templateParameter": "{"}, "templateParameter is not JSON"),
        ("aligo", {"receiver": ""}, "a member without receiver can't be numbered"),
    ],
)
def test_what_the_form_cant_hold_is_an_error_and_no_file(
    name: str, row: dict[str, str], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(FormatError, match=reason):
        write_rows(name, [row], tmp_path, "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("tiktok", b"", "it has not even a header row"),
        ("tiktok", b"Email_SHA256,Phone_SHA256\n\xff,\n", "it can't be read as UTF-8"),
        ("tiktok", b'Email_SHA256,Phone_SHA256\n"a,b\n', "it can't be read as CSV"),
        ("tiktok", b"Email_SHA256,Phone_SHA256\na\n", "row 1 has 1 values and the header has 2"),
        ("tiktok", b"Email_SHA256,Phone_SHA256\na,b\n\n", "row 2 has 0 values"),
        ("push", b'{"token":"a"}\n\n', "line 2 is not JSON"),
        ("push", b'["token"]\n', "line 1 is not an object"),
        ("push", b'{"token":"a","token":"b"}\n', "a field stands twice"),
        ("push", b'{"Token":"a"}\n', "line 1 has the field 'Token', which"),
        ("push", b'{"token":1}\n', "line 1 has a token that is not text"),
        ("push", b"\xff\n", "it can't be read as UTF-8"),
        ("kakao_brand", b'{"senderKey":"a"}\n', "line 1 has no recipientList"),
        ("kakao_brand", b'{"recipientList":[]}\n', "line 1 has no recipientList"),
        ("kakao_brand", b'{"recipientList":[1]}\n', "line 1, recipientList 1, is not an object"),
        ("kakao_brand", b'{"senderkey":"a","recipientList":[{}]}\n', "field 'senderkey'"),
        ("kakao_brand", b'{"recipientList":[{"to":"a"}]}\n', "recipientList 1, has the field 'to'"),
        ("kakao_brand", b"[]\n", "line 1 has no recipientList"),
    ],
)
def test_what_is_not_of_the_form_is_told(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        read_rows(name, [path])


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    for name in ("braze", "push"):
        with pytest.raises(FileNotFoundError):
            read_rows(name, [tmp_path / "missing"])


@pytest.mark.parametrize("name", NAMES)
def test_a_destination_is_whole(name: str) -> None:
    destination = DESTINATIONS[name]
    assert destination.table == f"exports.export_{name}"
    assert len(set(destination.headers)) == len(destination.headers)
    assert set(destination.key) <= set(destination.headers)
    assert set(destination.json) | set(destination.request) <= set(destination.headers)
    assert bool(destination.request) == (destination.kind in ("requests", "numbered"))
    assert bool(destination.members) == (destination.kind == "requests")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # published by Meta
        (
            "john_smith@gmail.com",
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
        ),
        ("16505551212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("정", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        # of our own, which the tests of the exports' SQL hold
        ("민수", "906289e4c7b6b3022826885bbbafc4cda3a7e202c92397fe89f76c806333d521"),
        ("821012345678", "5d639079300bfabb1fa81139c823d324b2a67e9dd4157475190a31fb17528bc0"),
        ("+821012345678", "2efdd01fdf56e3f07de56acd9d40beb256d5983aec5f6d597c2c48354f35f9e0"),
        ("kim.minsu@shop.kr", "594db6e484112e2a4063cd96450ffcc5043ea3e98d3937df0c40b5b90d37d822"),
        ("19900203", "de8dbdfc21186d2b8035ddbb9d51db9ac4b4919c79a6cda2350e852b7a2eb915"),
        ("smith", "6627835f988e2c5e50533d491163072d3f4f41f5c8b04630150debb3722ca2dd"),
        ("f", "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
        ("kr", "d5647005d31dcbb66ff531c5e097544a03558bc538b9c65ee2539594886ffbc0"),
    ],
)
def test_the_hashes_that_the_unit_tests_of_the_exports_expect(text: str, expected: str) -> None:
    assert hashlib.sha256(text.encode()).hexdigest() == expected
    tested = Path(__file__).parents[2] / "models" / "exports" / "_exports__unit_tests.yml"
    assert expected in tested.read_text(encoding="utf-8")
