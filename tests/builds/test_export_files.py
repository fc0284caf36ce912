"""The files of the sample's exports meet their destinations' expectations, and no others do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse import ROOT, Build, build

import __main__

# great-expectations loads pyspark, which takes a main module without a file for a run of its own
# doctests and exits; the worker processes of pytest-xdist have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

from dangol.destinations import DESTINATIONS, read_rows, write_rows
from dangol.expectations import judge_files

Row = dict[str, Any]


def rows_of(build: Build, name: str) -> list[Row]:
    """The rows of an export."""
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        found = connection.execute(f"select * from {DESTINATIONS[name].table} order by all")
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("name", sorted(DESTINATIONS))
def test_the_files_of_the_sample_meet_every_expectation(
    name: str, sample_build: Build, tmp_path: Path
) -> None:
    rows = rows_of(sample_build, name)
    assert rows, "nobody in the sample goes there"
    assert tuple(rows[0]) == DESTINATIONS[name].headers
    paths = write_rows(name, rows, tmp_path, name)
    assert judge_files(name, paths, row_count=len(rows)) == []
    assert len(read_rows(name, paths)) == len(rows)


def test_people_whose_id_no_file_can_carry_are_left_out_and_the_build_says_how_many(
    sample_build: Build, tmp_path: Path
) -> None:
    copy = shutil.copyfile(sample_build.warehouse, tmp_path / "shop.duckdb")
    odd = {"a\x1b[31mb", "=1+0", "-1+cmd|1"}
    with duckdb.connect(str(copy)) as connection:
        people = connection.execute(
            "select distinct customer_id from audiences.campaign_messages order by all limit 3"
        ).fetchall()
        for (person,), new in zip(people, sorted(odd), strict=True):
            connection.execute(
                "update audiences.campaign_messages set customer_id = ? where customer_id = ?",
                [new, person],
            )
    rule = "everybody_with_a_message_has_an_id_that_files_can_carry"
    made = build(ROOT / "sample", tmp_path, select=[rule], with_tests=True)
    assert made.statuses[rule] == "warn"
    (said,) = [text for text in made.warnings if "people have" in text]
    assert said.startswith("3 people have a message today and an id that files cannot carry")
    assert 'such as "-1+cmd|1"' in said
    assert not odd & {row[0] for row in made.rows("from exports.export_onsite")}


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
            lambda row: row.update(email_subscribe="unsubscribed", ad_channel="email"),
            "no advertisement by e-mail to somebody unsubscribed",
            id="an advertisement to somebody who has unsubscribed",
        ),
    ],
)
def test_a_file_that_was_tampered_with_fails_at_the_row(
    tamper: Callable[[Row], None], said: str, sample_build: Build, tmp_path: Path
) -> None:
    rows = rows_of(sample_build, "braze")
    tamper(rows[6])
    paths = write_rows("braze", rows, tmp_path, "braze")
    (failure,) = judge_files("braze", paths, row_count=len(rows))
    assert failure.sentence.startswith(said)
    assert failure.rows == (7,)


def test_a_file_with_a_row_twice_fails_at_both(sample_build: Build, tmp_path: Path) -> None:
    rows = rows_of(sample_build, "braze")
    paths = write_rows("braze", [*rows, rows[0]], tmp_path, "braze")
    failures = judge_files("braze", paths, row_count=len(rows))
    assert [failure.sentence for failure in failures] == [
        f"there are {len(rows)} rows",
        "external_id is in one row only",
    ]
    assert failures[1].rows == (1, len(rows) + 1)
