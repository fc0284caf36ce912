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

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
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
    r"(?=[^@]{1,64}@)(?=.{3,254}\Z)[a-z0-9_][a-z0-9_'%&+-]*(?:\.[a-z0-9_'%&+-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
COUNT = r"0|[1-9]\d*"
AMOUNT = r"(?:0|[1-9]\d*)(?:\.\d+)?"
CODES = r"[a-z0-9_]+(?:,[a-z0-9_]+)*"

FORMULA = r"\A[=+@\t\r＝＋－＠-]"
"""A text that a spreadsheet would run: OWASP's list, and its full-width twins."""

UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
"""Control characters, and those that end a line or turn the direction of writing."""

ALL_BLANK = "blank row"
ADDRESS_OF_UNSUBSCRIBED = "address of an unsubscribed person"


class NotATableError(Exception):
    """A file that can't be read as a table at all. The message says why."""


@dataclass(frozen=True)
class Rule:
    """An expectation and the sentence that says, in plain words, what it asks for."""

    sentence: str
    expectation: Expectation


@dataclass(frozen=True)
class Failure:
    """A rule that a file breaks, with what stands there instead and the rows, where it is of rows.

    Rows are counted from 1, without the header.
    """

    sentence: str
    found: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.sentence}: {self.found}"


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
    """Judge a Braze file: a sentence per failure, empty when all is well; see ``judge_file``."""
    return [str(failure) for failure in judge_file("braze", path)]


def judge_file(destination: str, path: Path, *, row_count: int | None = None) -> list[Failure]:
    """Judge a CSV file (UTF-8, header row) by the expectations of its destination.

    Nothing is written and nothing leaves the machine. A file with the wrong headers is judged by
    them alone, since the other expectations look for columns by name. A file with a header row and
    no other is an empty audience, and well.

    Args:
        destination: a key of ``DESTINATIONS``.
        path: the file.
        row_count: how many rows the file should have, without the header; None to accept any.

    Returns:
        The rules that it breaks, in the order of the destination's; empty when all is well.

    Raises:
        KeyError: there is no such destination.
        OSError: the file is missing or may not be read.
    """
    judged_by = DESTINATIONS[destination]
    try:
        rows = _read(path)
    except NotATableError as error:
        return [Failure("the file is a table", str(error))]
    headers = list(judged_by.headers)
    form = [
        Rule(
            f"the headers are {', '.join(headers)}",
            gxe.ExpectTableColumnsToMatchOrderedList(column_list=headers),
        )
    ]
    if row_count is not None:
        form.append(
            Rule(f"there are {row_count} rows", gxe.ExpectTableRowCountToEqual(value=row_count))
        )
    return _judge(rows, form) or _judge(judged_by.derive(rows), judged_by.rules())


def _read(path: Path) -> pd.DataFrame:
    """Rows of a CSV file, each value as the text that stands there."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotATableError(f"it can't be read as CSV in UTF-8 ({error})") from error
    if not lines:
        raise NotATableError("it has not even a header row")
    header, *rows = lines
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise NotATableError(
                f"row {number} has {len(row)} values and the header has {len(header)}"
            )
    return pd.DataFrame(rows, columns=header, dtype=str)


@cache
def _context() -> EphemeralDataContext:
    """A great-expectations context in memory, silent and without usage statistics."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("files").add_dataframe_asset("file")
    asset.add_batch_definition_whole_dataframe("rows")
    return context


def _judge(rows: pd.DataFrame, rules: Sequence[Rule]) -> list[Failure]:
    """The rules that rows break."""
    asset = _context().data_sources.get("files").get_asset("file")
    batch = asset.get_batch_definition("rows").get_batch({"dataframe": rows})
    suite = gx.ExpectationSuite(name="rules")
    for number, rule in enumerate(rules):
        rule.expectation.meta = {"rule": number}
        suite.add_expectation(rule.expectation)
    failures = {}
    for result in batch.validate(suite, result_format="COMPLETE").results:
        if not result.success:
            number = result.expectation_config.meta["rule"]
            failures[number] = _explain(rules[number].sentence, result)
    return [failures[number] for number in sorted(failures)]


def _explain(sentence: str, result: ExpectationValidationResult) -> Failure:
    """What broke a rule, in words, with up to three of the values as Python writes them."""
    found = result.result
    if "unexpected_list" in found:
        rows = tuple(int(row) + 1 for row in found["unexpected_index_list"])
        values = ", ".join(repr(value) for value in found["unexpected_list"][:3])
        numbers = ", ".join(str(row) for row in rows[:3])
        return Failure(sentence, f"not in {len(rows)} rows, such as {values} (row {numbers})", rows)
    if "observed_value" in found:
        return Failure(sentence, f"found {found['observed_value']}")
    return Failure(sentence, f"could not be judged: {result.exception_info}")
