"""Expectations: a good file passes, and for each rule there is a row that only it catches."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import __main__

# great-expectations loads pyspark, which takes a main module without a file for a run of its own
# doctests and exits; the worker processes of pytest-xdist have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

from dangol.expectations import BRAZE_HEADERS, DESTINATIONS, judge_file, validate_braze

GOOD = {
    "external_id": "C000001",
    "email": "kim.min-su+shop@naver.com",
    "phone": "+821012345678",
    "first_name": "김민수",
    "country": "KR",
    "language": "ko",
    "dob": "1990-02-03",
    "gender": "F",
    "email_subscribe": "opted_in",
    "push_subscribe": "unsubscribed",
    "rfm_segment": "at_risk",
    "journey_stage": "revenue",
    "lifecycle_state": "gone",
    "order_count": "2",
    "net_revenue": "39000.5000",
    "last_ordered_on": "2025-12-31",
    "campaigns": "back_in_stock,winback",
}
BARE = dict.fromkeys(BRAZE_HEADERS, "") | {
    "external_id": "C000002",
    "email_subscribe": "unsubscribed",
    "push_subscribe": "unsubscribed",
    "order_count": "0",
    "net_revenue": "0.0000",
    "campaigns": "winback",
}
BLANK = dict.fromkeys(BRAZE_HEADERS, "")

BAD = [
    ("external_id", "C000002", "external_id is in one row only"),
    ("external_id", " ", "external_id is not blank"),
    ("email", "kim@shop", "email is an e-mail address"),
    ("email", "Kim@shop.kr", "email is an e-mail address"),
    ("email", "kim@shop.kr,lee@shop.kr", "email is an e-mail address"),
    ("email", "kim@shop.kr\n", "email is an e-mail address"),
    ("email", f"{'x' * 65}@shop.kr", "email is an e-mail address"),
    ("phone", "010-1234-5678", "phone is a phone number"),
    ("phone", "+8210123", "phone is a phone number"),
    ("phone", "+1234567890123456", "phone is a phone number"),
    ("phone", "+821012345678\n", "phone has no control"),
    ("country", "KOR", "country is two capital letters"),
    ("language", "KO", "language is two small letters"),
    ("dob", "03/02/1990", "dob is a date"),
    ("dob", "1990-13-01", "dob is a date"),
    ("gender", "X", "gender is one of M, F, O, N, P, blank"),
    ("email_subscribe", "yes", "email_subscribe is one of opted_in, subscribed, unsubscribed"),
    ("push_subscribe", "", "push_subscribe is one of opted_in, subscribed, unsubscribed"),
    ("order_count", "02", "order_count is a whole number without leading zeros"),
    ("order_count", "", "order_count is a whole number without leading zeros"),
    ("net_revenue", "0100.00", "net_revenue is an amount without leading zeros"),
    ("net_revenue", "-1", "net_revenue is an amount without leading zeros"),
    ("last_ordered_on", "2025-12-32", "last_ordered_on is a date"),
    ("campaigns", "", "campaigns is campaign codes joined by commas"),
    ("campaigns", "winback,", "campaigns is campaign codes joined by commas"),
    ("email_subscribe", "unsubscribed", "no address of an unsubscribed person"),
    *[
        (header, start + "1+1", f"{header} does not begin like a formula")
        for header in BRAZE_HEADERS
        if header != "phone"
        for start in "=+-@\t\r"
    ],
    *[
        (header, f"a{character}b", f"{header} has no control or direction-changing characters")
        for header in BRAZE_HEADERS
        for character in ("\x00", "\n", "\x7f", "\u202e", "\u2066")
    ],
]
"""A column of a good row, a value that it may not have, and the beginning of what is then said."""


def write(folder: Path, *rows: dict[str, str], headers: tuple[str, ...] = BRAZE_HEADERS) -> Path:
    """A CSV file with rows under headers."""
    path = folder / "braze.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headers, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def failing_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, ...]]:
    """What is said of one file of two good rows and then every bad one: rule to its rows."""
    bad_rows = [
        GOOD | {"external_id": f"B{number}"} | {column: value}
        for number, (column, value, _) in enumerate(BAD)
    ]
    path = write(tmp_path_factory.mktemp("bad"), GOOD, BARE, *bad_rows, BLANK)
    return {failure.sentence: failure.rows for failure in judge_file("braze", path)}


def test_a_good_file_passes(tmp_path: Path) -> None:
    assert validate_braze(write(tmp_path, GOOD, BARE)) == []


def test_an_audience_of_nobody_passes(tmp_path: Path) -> None:
    assert validate_braze(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("row", "value", "sentence"),
    [
        pytest.param(number, value, sentence, id=f"{column}-{value!a}")
        for number, (column, value, sentence) in enumerate(BAD, start=3)
    ],
)
def test_a_bad_value_is_caught(
    failing_rows: dict[str, tuple[int, ...]], row: int, value: str, sentence: str
) -> None:
    caught_by = [rule for rule, rows in failing_rows.items() if row in rows]
    assert [rule for rule in caught_by if rule.startswith(sentence)], (value, caught_by)


def test_a_blank_row_is_caught(failing_rows: dict[str, tuple[int, ...]]) -> None:
    assert failing_rows["no blank row"] == (len(BAD) + 3,)


def test_every_rule_has_a_bad_value_and_spares_the_good_rows(
    failing_rows: dict[str, tuple[int, ...]],
) -> None:
    assert list(failing_rows) == [rule.sentence for rule in DESTINATIONS["braze"].rules()]
    assert 1 not in {row for rows in failing_rows.values() for row in rows}
    # the second good row is caught with the bad one that repeats its external_id, and never else
    assert [rule for rule, rows in failing_rows.items() if 2 in rows] == [
        "external_id is in one row only"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        BRAZE_HEADERS[:-1],
        (*BRAZE_HEADERS, "note"),
        (BRAZE_HEADERS[1], BRAZE_HEADERS[0], *BRAZE_HEADERS[2:]),
        ("External_ID", *BRAZE_HEADERS[1:]),
        ("\ufeffexternal_id", *BRAZE_HEADERS[1:]),
        (*BRAZE_HEADERS[:-1], "email"),
    ],
    ids=["one less", "one more", "another order", "capitals", "byte order mark", "one twice"],
)
def test_other_headers_are_one_failure(headers: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "braze.csv"
    path.write_text(",".join(headers) + "\n", encoding="utf-8")
    (failure,) = validate_braze(path)
    assert failure.startswith("the headers are external_id, email, phone")


def test_the_number_of_rows_is_judged_when_it_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, BARE)
    assert judge_file("braze", path, row_count=2) == []
    (failure,) = judge_file("braze", path, row_count=3)
    assert str(failure) == "there are 3 rows: found 2"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it has not even a header row"),
        (b"external_id\n\xff\n", "it can't be read as CSV in UTF-8"),
        (b'external_id\n"C1\n', "it can't be read as CSV in UTF-8"),
        (b"external_id,email\nC1\n", "row 1 has 1 values and the header has 2"),
        (b"external_id,email\nC1,,\n", "row 1 has 3 values and the header has 2"),
        (b"external_id,email\nC1,\n\n", "row 2 has 0 values and the header has 2"),
    ],
)
def test_what_is_no_table_is_one_failure(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "braze.csv"
    path.write_bytes(content)
    (failure,) = validate_braze(path)
    assert failure.startswith(f"the file is a table: {reason}")


def test_a_missing_file_is_an_error_and_not_a_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        validate_braze(tmp_path / "braze.csv")


def test_judging_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    validate_braze(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
