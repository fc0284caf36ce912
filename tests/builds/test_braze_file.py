"""The file for Braze, as the sample's export table gives it, meets Braze's expectations."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from warehouse import Build

import __main__

# great-expectations loads pyspark, which takes a main module without a file for a run of its own
# doctests and exits; the worker processes of pytest-xdist have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

from dangol.expectations import validate_braze

Row = dict[str, str]


@pytest.fixture
def braze_file(sample_build: Build, tmp_path: Path) -> Path:
    """The rows of exports.export_braze as a CSV file."""
    path = tmp_path / "braze.csv"
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        connection.execute(
            f"copy (from exports.export_braze order by external_id) to '{path}' (header)"
        )
    return path


def test_the_file_of_the_sample_meets_every_expectation(braze_file: Path) -> None:
    assert validate_braze(braze_file) == []
    assert len(read(braze_file)) > 100


def unsubscribe(row: Row) -> None:
    """Make an address that is in the file one of a person who has unsubscribed."""
    row.update(email="someone@example.com", email_subscribe="unsubscribed")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        pytest.param(
            lambda row: row.update(phone="010-1234-5678"),
            "phone is a phone number in E.164 form",
            id="a phone number as people write it",
        ),
        pytest.param(
            lambda row: row.update(first_name="=HYPERLINK(1)"),
            "first_name does not begin like a formula",
            id="a name that a spreadsheet would run",
        ),
        pytest.param(
            lambda row: row.update(order_count="007"),
            "order_count is a whole number without leading zeros",
            id="a number with leading zeros",
        ),
        pytest.param(
            unsubscribe,
            "no address of an unsubscribed person",
            id="the address of somebody who has unsubscribed",
        ),
    ],
)
def test_a_file_that_was_tampered_with_fails_at_the_row(
    tamper: Callable[[Row], None], said: str, braze_file: Path
) -> None:
    rows = read(braze_file)
    tamper(rows[6])
    with braze_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    failures = validate_braze(braze_file)
    assert len(failures) == 1
    assert said in failures[0]
    assert "(row 7)" in failures[0]


def test_a_file_with_a_row_twice_or_a_column_less_fails(braze_file: Path) -> None:
    text = braze_file.read_text(encoding="utf-8")
    last = text.splitlines()[-1]
    braze_file.write_text(f"{text}{last}\n", encoding="utf-8")
    assert any(
        "external_id is in one row only" in failure for failure in validate_braze(braze_file)
    )
    rows = read(braze_file)
    with braze_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0])[1:], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    assert any("the headers are external_id, email" in one for one in validate_braze(braze_file))


def read(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
