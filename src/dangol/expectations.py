"""What the file of a destination must look like before it leaves the house.

A destination has a list of named expectations (great-expectations). They look at the file alone, as
text: who may be in it was decided, and tested, in the warehouse. An expectation that fails stops
the publication, so each has a reason that a person can act on.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation import Expectation

BRAZE_HEADERS = (
    "external_id",
    "email",
    "phone",
    "first_name",
    "country",
    "language",
    "dob",
    "gender",
    "email_subscribe",
    "push_subscribe",
    "rfm_segment",
    "journey_stage",
    "lifecycle_state",
    "order_count",
    "net_revenue",
    "last_ordered_on",
    "campaigns",
)
"""Header row of the Braze file, in order."""

PHONE = r"\+\d{8,15}"
EMAIL = (
    r"(?=[^@]{1,64}@)(?=.{3,254}\Z)[a-z0-9_][a-z0-9_'%&+-]*(\.[a-z0-9_'%&+-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
COUNT = r"0|[1-9]\d*"
AMOUNT = r"(0|[1-9]\d*)(\.\d+)?"
CODES = r"[a-z0-9_]+(,[a-z0-9_]+)*"

FORMULA = r"\A[=+@\t\r＝＋－＠-]"
"""A text that a spreadsheet would run: OWASP's list, and its full-width twins."""

UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
"""Control characters, and those that end a line or turn the direction of writing."""

ALL_BLANK = "every value of the row is blank"
ADDRESS_OF_UNSUBSCRIBED = "address of an unsubscribed person"


class FileError(Exception):
    """A file that can't be read as a table at all. The message says which and why."""


@dataclass(frozen=True)
class Rule:
    """An expectation and the sentence that says, in plain words, what it asks for."""

    sentence: str
    expectation: Expectation


@dataclass(frozen=True)
class Destination:
    """How to judge the files of one destination.

    ``rules`` builds the expectations. ``derive`` adds columns that say something about a whole row
    (so that an expectation can look at it); the rules about headers don't see them.
    """

    headers: Sequence[str]
    rules: Callable[[], list[Rule]]
    derive: Callable[[pd.DataFrame], pd.DataFrame]


def _is(column: str, pattern: str, what: str, *, or_blank: bool = True) -> Rule:
    """A rule that a column holds nothing but a pattern (or is blank)."""
    return Rule(
        f"{column} is {what}{' or blank' if or_blank else ''}",
        gxe.ExpectColumnValuesToMatchRegex(
            column=column, regex=rf"\A(?:{pattern}){'?' if or_blank else ''}\Z"
        ),
    )


def _one_of(column: str, values: Sequence[str]) -> Rule:
    """A rule that a column holds one of a few values; give "" where blank is one."""
    named = ", ".join(value or "blank" for value in values)
    return Rule(
        f"{column} is one of {named}",
        gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values)),
    )


def _derived(column: str) -> Rule:
    """A rule that a column of ``derive``, named for what must not be, is never true."""
    return Rule(f"no {column}", gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["false"]))


def _safe_texts(headers: Sequence[str], phones: Sequence[str]) -> list[Rule]:
    """Rules that no text runs as a formula (phones begin with + and stay) or hides characters."""
    rules = []
    for header in headers:
        if header not in phones:
            rules.append(
                Rule(
                    f"{header} does not begin like a formula",
                    gxe.ExpectColumnValuesToNotMatchRegex(column=header, regex=FORMULA),
                )
            )
        rules.append(
            Rule(
                f"{header} has no control or direction-changing characters",
                gxe.ExpectColumnValuesToNotMatchRegex(column=header, regex=UNPRINTABLE),
            )
        )
    return rules


def _as_text(flags: pd.Series[bool]) -> pd.Series[str]:
    return flags.map({True: "true", False: "false"}).astype(str)


def _derive_braze(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        **{
            ALL_BLANK: _as_text((rows == "").all(axis="columns")),
            ADDRESS_OF_UNSUBSCRIBED: _as_text(
                (rows["email_subscribe"] == "unsubscribed") & (rows["email"] != "")
            ),
        }
    )


def _braze_rules() -> list[Rule]:
    subscribe = ("opted_in", "subscribed", "unsubscribed")
    return [
        Rule("there are zero rows or more", gxe.ExpectTableRowCountToBeBetween(min_value=0)),
        Rule(
            "external_id is in one row only", gxe.ExpectColumnValuesToBeUnique(column="external_id")
        ),
        _is("external_id", r"[\s\S]*\S[\s\S]*", "not blank", or_blank=False),
        _is("email", EMAIL, "an e-mail address in lower case"),
        _is("phone", PHONE, "a phone number in E.164 form (+821012345678)"),
        _is("country", "[A-Z]{2}", "two capital letters"),
        _is("language", "[a-z]{2}", "two small letters"),
        _is("dob", DATE, "a date (YYYY-MM-DD)"),
        _one_of("gender", ("M", "F", "O", "N", "P", "")),
        _one_of("email_subscribe", subscribe),
        _one_of("push_subscribe", subscribe),
        _is("order_count", COUNT, "a whole number without leading zeros", or_blank=False),
        _is("net_revenue", AMOUNT, "an amount without leading zeros", or_blank=False),
        _is("last_ordered_on", DATE, "a date (YYYY-MM-DD)"),
        _is("campaigns", CODES, "campaign codes joined by commas", or_blank=False),
        _derived(ADDRESS_OF_UNSUBSCRIBED),
        _derived(ALL_BLANK),
        *_safe_texts(BRAZE_HEADERS, phones=("phone",)),
    ]


DESTINATIONS: dict[str, Destination] = {
    "braze": Destination(BRAZE_HEADERS, _braze_rules, _derive_braze),
}
"""Destinations with CSV files, by the name that ends their export model's."""


def validate_braze(path: Path) -> list[str]:
    """Judge a Braze file; see ``validate_file``."""
    return validate_file("braze", path)


def validate_file(destination: str, path: Path) -> list[str]:
    """Judge a CSV file (UTF-8, header row) by the expectations of its destination.

    Nothing is written and nothing leaves the machine. A file with the wrong headers is judged by
    them alone, since the other expectations look for columns by name.

    Args:
        destination: a key of ``DESTINATIONS``.
        path: the file.

    Returns:
        A sentence per failure, with up to three of the values (as Python writes them) and the
        first rows they stand in, counted from 1 without the header; empty when all is well.

    Raises:
        KeyError: there is no such destination.
        FileError: the file is missing, is not UTF-8, or is not a table.
    """
    judged_by = DESTINATIONS[destination]
    rows = _read(path)
    headers = gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(judged_by.headers))
    headers_rule = Rule(f"the headers are {', '.join(judged_by.headers)}", headers)
    failures = _judge(rows, [headers_rule])
    return failures or _judge(judged_by.derive(rows), judged_by.rules())


def _read(path: Path) -> pd.DataFrame:
    """Rows of a CSV file, each value as the text that stands there."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"{path} can't be read as CSV in UTF-8: {error}") from error
    if not lines:
        raise FileError(f"{path} is empty: not even a header row")
    header, *rows = lines
    uneven = [number for number, row in enumerate(rows, start=1) if len(row) != len(header)]
    if uneven:
        raise FileError(
            f"{path}: row {uneven[0]} does not have {len(header)} values like the header"
        )
    return pd.DataFrame(rows, columns=header, dtype=str)


@cache
def _context() -> Any:
    """A great-expectations context in memory, silent and without usage statistics."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.data_sources.add_pandas("files").add_dataframe_asset(
        "file"
    ).add_batch_definition_whole_dataframe("rows")
    return context


def _judge(rows: pd.DataFrame, rules: Sequence[Rule]) -> list[str]:
    """The rules that rows break, each as a sentence."""
    asset = _context().data_sources.get("files").get_asset("file")
    batch = asset.get_batch_definition("rows").get_batch({"dataframe": rows})
    failures = []
    for rule in rules:
        result = batch.validate(rule.expectation, result_format="SUMMARY")
        if not result.success:
            failures.append(f"{rule.sentence}: {_explain(result)}")
    return failures


def _explain(result: Any) -> str:
    """What an expectation found instead."""
    found = result.result
    if "unexpected_count" in found:
        values = ", ".join(repr(value) for value in found["partial_unexpected_list"][:3])
        numbers = ", ".join(str(row + 1) for row in found["partial_unexpected_index_list"][:3])
        return f"{found['unexpected_count']} rows are not, such as {values} (row {numbers})"
    if "observed_value" in found:
        return f"found {found['observed_value']}"
    return f"could not be judged: {result.exception_info}"
