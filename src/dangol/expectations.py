"""What the files of a destination must look like before they leave the house.

A destination has a list of named expectations (great-expectations). They look at the files alone,
as text: who may be in them was decided, and tested, in the warehouse. An expectation that fails
stops the publication, so each has a reason that a person can act on.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dangol.destinations import (
    DESTINATIONS,
    FormatError,
    Row,
    expected_headers,
    read_requests,
    read_table,
)

# great-expectations takes seconds to load, so whoever only writes files does without it.
if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation

PHONE = r"\+\d{8,15}"
MOBILE_IN_KOREA = r"01\d{8,9}"
SENDER = r"\d{8,12}"
OPT_OUT = r"080-?\d{3,4}-?\d{4}"
EMAIL = (
    r"(?=[^@]{1,64}@)(?=.{3,254}\Z)[a-z0-9_][a-z0-9_'%&+-]*(?:\.[a-z0-9_'%&+-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
MONTH_AND_DAY = r"(?:0[1-9]|1[0-2]){0}(?:0[1-9]|[12]\d|3[01])"
CLOCK = r"(?:[01]\d|2[0-3]){0}[0-5]\d"
DATE = r"\d{4}-" + MONTH_AND_DAY.replace("{0}", "-")
BIRTHDAY = MONTH_AND_DAY.replace("{0}", "/")
MINUTE = f"{DATE} {CLOCK.replace('{0}', ':')}"
MOMENT = rf"{DATE}T{CLOCK.replace('{0}', ':')}:[0-5]\dZ"
DIGITS_OF_MOMENT = rf"\d{{4}}{MONTH_AND_DAY.replace('{0}', '')}{CLOCK.replace('{0}', '')}[0-5]\d"
COUNT = r"0|[1-9]\d*"
AMOUNT = r"(?:0|[1-9]\d*)(?:\.\d+)?"
CODE = r"[a-z0-9_]+"
CODES = rf"{CODE}(?:,{CODE})*"
KEY = r"[A-Za-z0-9_@.-]{1,64}"
TEMPLATE = r"[A-Za-z0-9_.-]{1,20}"
HASH = r"[0-9a-f]{64}"
ANYTHING = r"[\s\S]*\S[\s\S]*"

FORMULA = r"\A(?!\+[0-9]{8,15}\Z|-[0-9]+\Z)[=+@\t\r＝＋－＠-]"
"""A text that a spreadsheet would run: OWASP's list, and its full-width twins.

A phone number in E.164 form, and a number below zero, are numbers to it and run nothing.
"""

UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
"""Control characters, and those that end a line or turn the direction of writing."""

UNPRINTABLE_BUT_LINES = UNPRINTABLE.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f")
"""The same without the line end, which the text of a message may have."""

KOREA = timezone(timedelta(hours=9))
MOST_DAYS_AHEAD = 60
MOST_ALIMTALK_CHARACTERS = 1000
MOST_TEXT_BYTES = {"SMS": 90, "LMS": 2000}
MOST_MAILCHIMP_BYTES = 255
KAKAO_NIGHT = ("20:50", "08:00")
AD_LABEL = "(광고)"

Predicate = Callable[[Row], bool]


@dataclass(frozen=True)
class Rule:
    """An expectation and the sentence that says, in plain words, what it asks for."""

    sentence: str
    expectation: Expectation


@dataclass(frozen=True)
class Failure:
    """A rule that files break, with what stands there instead and the rows, where it is of rows.

    Rows are counted from 1, without headers, through all files.
    """

    sentence: str
    found: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.sentence}: {self.found}"


@dataclass(frozen=True)
class Suite:
    """How to judge the members of one destination's files.

    Args:
        rules: builds the expectations about columns.
        forbidden: what no row may be or have, named so that "no <name>" is a sentence.
        unique: columns besides the key of which no value but blank may stand twice.
        lines: columns of text that may have several lines.
    """

    rules: Callable[[], list[Rule]]
    forbidden: Mapping[str, Predicate] = field(default_factory=dict)
    unique: Sequence[str] = ()
    lines: Sequence[str] = ()


def judge_files(
    destination_id: str, paths: Sequence[Path], *, row_count: int, docs: Path | None = None
) -> list[Failure]:
    """Judge the files of one destination by its expectations.

    Nothing leaves the machine, and nothing is written but the documentation that is asked for.
    Files that can't be read in the destination's form, or have other headers, are judged by that
    alone, since the other expectations look for columns by name. A file with a header row and no
    other, or without a line, is an empty audience, and well.

    Args:
        destination_id: a key of ``dangol.destinations.DESTINATIONS``.
        paths: the files.
        row_count: how many members they should have.
        docs: folder for great-expectations' data docs (HTML); they hold counts and no values. Calls
            with the same folder add to it.

    Returns:
        The rules that the files break, in the order of the destination's; empty when all is well.

    Raises:
        KeyError: there is no such destination.
        OSError: a file is missing or may not be read.
    """
    destination, suite = DESTINATIONS[destination_id], SUITES[destination_id]
    try:
        if destination.suffix == ".csv":
            wrong = [failure for path in paths for failure in _judge_headers(destination_id, path)]
            if wrong:
                return wrong
        requests = [(path, read_requests(destination_id, path)) for path in paths]
    except FormatError as error:
        return [Failure(f"each file is of the form of {destination_id}", str(error))]
    members = _members(destination_id, suite, requests)
    return _judge(destination_id, members, _all_rules(destination_id, suite, row_count), docs)


def _judge_headers(destination_id: str, path: Path) -> list[Failure]:
    import pandas as pd
    from great_expectations import expectations as gxe

    found, rows = read_table(path)
    destination = DESTINATIONS[destination_id]
    width = 1
    if destination.kind == "numbered":
        own = len(destination.member_headers)
        width = max(1, (len(found) - len(destination.request)) // own)
    expected = expected_headers(destination_id, width)
    rule = Rule(
        f"the headers are {', '.join(expected)}",
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=expected),
    )
    return _judge(f"{destination_id} headers", pd.DataFrame(rows, columns=found), [rule], None)


# What is judged besides the columns of the export: of each member its file, its request, its key.

FILE_BYTES, FILE_ROWS, REQUEST_MEMBERS = "bytes of the file", "rows of the file", "request"
UNIQUE_KEY = "key"
BLANK_ROW = "blank row"
HIDDEN_IN_JSON = "control or direction-changing characters in JSON"


def _members(
    destination_id: str, suite: Suite, requests: Sequence[tuple[Path, list[list[Row]]]]
) -> pd.DataFrame:
    """All members of the files, as text, with the columns that the rules about a whole row read."""
    import pandas as pd

    destination = DESTINATIONS[destination_id]
    forbidden = _forbidden(destination_id, suite)
    rows: list[dict[str, Any]] = []
    for path, groups in requests:
        of_file = {
            FILE_BYTES: path.stat().st_size,
            FILE_ROWS: sum(len(members) for members in groups),
        }
        for members in groups:
            for member in members:
                row: dict[str, Any] = {**member, **of_file, REQUEST_MEMBERS: len(members)}
                row[UNIQUE_KEY] = json.dumps([member[column] for column in destination.key])
                for column in suite.unique:
                    row[f"{UNIQUE_KEY} {column}"] = member[column] or None
                for name, is_so in forbidden.items():
                    row[name] = "true" if is_so(member) else "false"
                rows.append(row)
    columns = [
        *(*destination.headers, FILE_BYTES, FILE_ROWS, REQUEST_MEMBERS, UNIQUE_KEY),
        *(f"{UNIQUE_KEY} {column}" for column in suite.unique),
        *forbidden,
    ]
    return pd.DataFrame(rows, columns=columns)


def _forbidden(destination_id: str, suite: Suite) -> dict[str, Predicate]:
    destination = DESTINATIONS[destination_id]
    common: dict[str, Predicate] = {BLANK_ROW: lambda row: not any(row.values())}
    if destination.json:
        common[HIDDEN_IN_JSON] = lambda row: any(
            re.search(UNPRINTABLE_BUT_LINES, text)
            for column in destination.json
            for text in _texts_in(_loaded(row[column]))
        )
    return {**suite.forbidden, **common}


def _all_rules(destination_id: str, suite: Suite, row_count: int) -> list[Rule]:
    """Every rule of a destination, in the order in which failures are told."""
    from great_expectations import expectations as gxe

    destination = DESTINATIONS[destination_id]
    rules = [Rule(f"there are {row_count} rows", gxe.ExpectTableRowCountToEqual(value=row_count))]
    for most, column, what in (
        (destination.max_bytes, FILE_BYTES, "bytes in a file"),
        (destination.max_rows, FILE_ROWS, "rows in a file"),
        (destination.max_members, REQUEST_MEMBERS, "members in a request"),
    ):
        if most is not None:
            rules.append(
                Rule(
                    f"there are at most {most:,} {what}",
                    gxe.ExpectColumnValuesToBeBetween(column=column, max_value=most),
                )
            )
    named = " and ".join([", ".join(destination.key[:-1]), destination.key[-1]]).removeprefix(
        " and "
    )
    rules.append(
        Rule(
            f"{named} {'are' if len(destination.key) > 1 else 'is'} in one row only",
            gxe.ExpectColumnValuesToBeUnique(column=UNIQUE_KEY),
        )
    )
    for column in suite.unique:
        rules.append(
            Rule(
                f"{column} is in one row only",
                gxe.ExpectColumnValuesToBeUnique(column=f"{UNIQUE_KEY} {column}"),
            )
        )
    rules += suite.rules()
    for name in _forbidden(destination_id, suite):
        rules.append(
            Rule(f"no {name}", gxe.ExpectColumnValuesToBeInSet(column=name, value_set=["false"]))
        )
    return [*rules, *_safe_texts(destination_id, suite)]


def _safe_texts(destination_id: str, suite: Suite) -> list[Rule]:
    """Rules that no text hides characters or, in a file that people open, runs as a formula.

    A phone number begins with + and stays; its own rule holds it to digits.
    """
    from great_expectations import expectations as gxe

    destination = DESTINATIONS[destination_id]
    rules = []
    for header in destination.headers:
        if header in destination.json:
            continue
        if destination.suffix == ".csv" and header not in PHONE_COLUMNS:
            rules.append(
                Rule(
                    f"{header} does not begin like a formula",
                    gxe.ExpectColumnValuesToNotMatchRegex(column=header, regex=FORMULA),
                )
            )
        unprintable = UNPRINTABLE_BUT_LINES if header in suite.lines else UNPRINTABLE
        rules.append(
            Rule(
                f"{header} has no control or direction-changing characters",
                gxe.ExpectColumnValuesToNotMatchRegex(column=header, regex=unprintable),
            )
        )
    return rules


PHONE_COLUMNS = ("phone", "Phone Number")
"""Columns of phone numbers in E.164 form."""


def _is(column: str, pattern: str, what: str, *, or_blank: bool = True) -> Rule:
    """A rule that a column holds nothing but a pattern (or is blank)."""
    from great_expectations import expectations as gxe

    return Rule(
        f"{column} is {what}{' or blank' if or_blank else ''}",
        gxe.ExpectColumnValuesToMatchRegex(
            column=column, regex=rf"\A(?:{pattern}){'?' if or_blank else ''}\Z"
        ),
    )


def _filled(column: str) -> Rule:
    return _is(column, ANYTHING, "not blank", or_blank=False)


def _one_of(column: str, values: Sequence[str]) -> Rule:
    """A rule that a column holds one of a few values; give "" where blank is one."""
    from great_expectations import expectations as gxe

    named = ", ".join(value or "blank" for value in values)
    return Rule(
        f"{column} is one of {named}",
        gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values)),
    )


def _hashes(columns: Iterable[str]) -> list[Rule]:
    return [_is(column, HASH, "64 hexadecimal digits") for column in columns]


def _loaded(text: str) -> Any:
    """What a JSON text means; None for none and for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _texts_in(value: Any) -> list[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts_in(item)]
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in _texts_in(item))]
    return []


def _is_object_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _has_open_variable(*texts: str) -> bool:
    """Whether a text still holds the name of a variable instead of its value."""
    return any("#{" in text for text in texts)


def _does_not_fit(text: str, kind: str) -> bool:
    """Whether a text message is longer than its kind allows, in the bytes of CP949."""
    return len(text.encode("cp949", errors="replace")) > MOST_TEXT_BYTES.get(kind, 0)


def _is_not_cp949(text: str) -> bool:
    try:
        text.encode("cp949")
    except UnicodeEncodeError:
        return True
    return False


def _now() -> datetime:
    """The time in Korea."""
    return datetime.now(KOREA).replace(tzinfo=None)


def _is_too_far_ahead(text: str, form: str) -> bool:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return False
    return moment > _now() + timedelta(days=MOST_DAYS_AHEAD)


def _profile_rules(
    segment: str, stage: str, state: str, count: str, revenue: str, last: str, campaigns: str
) -> list[Rule]:
    return [
        _is(segment, CODE, "a code"),
        _is(stage, CODE, "a code"),
        _is(state, CODE, "a code"),
        _is(count, COUNT, "a whole number without leading zeros", or_blank=False),
        _is(revenue, AMOUNT, "an amount without leading zeros", or_blank=False),
        _is(last, DATE, "a date (YYYY-MM-DD)"),
        _is(campaigns, CODES, "campaign codes joined by commas", or_blank=False),
    ]


_ATTRIBUTES = (
    *("rfm_segment", "journey_stage", "lifecycle_state"),
    *("order_count", "net_revenue", "last_ordered_on", "campaigns"),
)


def _braze_rules() -> list[Rule]:
    subscribe = ("opted_in", "subscribed", "unsubscribed")
    return [
        _filled("external_id"),
        _is("email", EMAIL, "an e-mail address in lower case"),
        _is("phone", PHONE, "a phone number in E.164 form (+821012345678)"),
        _is("country", "[A-Z]{2}", "two capital letters"),
        _is("language", "[a-z]{2}", "two small letters"),
        _is("dob", DATE, "a date (YYYY-MM-DD)"),
        _one_of("gender", ("M", "F", "O", "N", "P", "")),
        _one_of("email_subscribe", subscribe),
        _one_of("push_subscribe", subscribe),
        *_profile_rules(*_ATTRIBUTES),
        _one_of("ad_channel", ("email", "sms", "push", "")),
    ]


def _klaviyo_rules() -> list[Rule]:
    consent = ("Subscribed", "Unsubscribed", "Never Subscribed", "")
    return [
        _is("Email", EMAIL, "an e-mail address in lower case"),
        _is("Phone Number", PHONE, "a phone number in E.164 form (+821012345678)"),
        _filled("External ID"),
        _is("Country", "[A-Z]{2}", "two capital letters"),
        _one_of("Email Marketing Consent", consent),
        _one_of("SMS Marketing Consent", consent),
        _is("SMS Marketing Consent Timestamp", MOMENT, "a time (2026-07-01T01:30:00Z)"),
        *_profile_rules(*_ATTRIBUTES),
    ]


def _mailchimp_rules() -> list[Rule]:
    return [
        _is("Email Address", EMAIL, "an e-mail address in lower case", or_blank=False),
        _is("Birthday", BIRTHDAY, "a month and a day (MM/DD)"),
        _is("Language", "[a-z]{2}", "two small letters"),
        _filled("Customer ID"),
        *_profile_rules(
            *("RFM Segment", "Journey Stage", "Lifecycle State"),
            *("Order Count", "Net Revenue", "Last Ordered On", "Campaigns"),
        ),
    ]


def _listmonk_rules() -> list[Rule]:
    return [_is("email", EMAIL, "an e-mail address in lower case", or_blank=False)]


def _nhn_rules() -> list[Rule]:
    return [
        _is("senderKey", KEY, "a key of letters and digits", or_blank=False),
        _is("templateCode", TEMPLATE, "a template code of at most 20 characters", or_blank=False),
        _is("requestDate", MINUTE, "a time in Korea (YYYY-MM-DD HH:MM)", or_blank=False),
        _is("recipientNo", MOBILE_IN_KOREA, "a mobile number (01012345678)", or_blank=False),
        _is("recipientGroupingKey", r".{1,100}", "1 to 100 characters", or_blank=False),
    ]


def _kakao_brand_rules() -> list[Rule]:
    return [
        *_nhn_rules(),
        _is("unsubscribeNo", OPT_OUT, "a free number (080-000-0000)", or_blank=False),
        _one_of("targeting", ("I", "M", "N")),
    ]


def _solapi_rules() -> list[Rule]:
    return [
        _is("to", MOBILE_IN_KOREA, "a mobile number (01012345678)", or_blank=False),
        _is("from", SENDER, "a phone number of digits", or_blank=False),
        _one_of("type", ("SMS", "LMS", "")),
        _is("scheduledDate", MOMENT, "a time (2026-07-01T01:30:00Z)", or_blank=False),
    ]


def _aligo_rules() -> list[Rule]:
    return [
        _is("senderkey", KEY, "a key of letters and digits", or_blank=False),
        _is("tpl_code", TEMPLATE, "a template code of at most 20 characters", or_blank=False),
        _is("sender", SENDER, "a phone number of digits", or_blank=False),
        _is("senddate", DIGITS_OF_MOMENT, "a time in Korea (YYYYMMDDHHMMSS)", or_blank=False),
        _one_of("failover", ("Y", "N")),
        _is("receiver", MOBILE_IN_KOREA, "a mobile number (01012345678)", or_blank=False),
        _filled("subject"),
        _filled("message"),
    ]


def _sms_rules() -> list[Rule]:
    return [
        _is("phone", PHONE, "a phone number in E.164 form (+821012345678)", or_blank=False),
        _filled("text"),
        _one_of("type", ("SMS", "LMS")),
        _is("send_at", MOMENT, "a time (2026-07-01T01:30:00Z)", or_blank=False),
    ]


def _push_rules() -> list[Rule]:
    return [
        _filled("token"),
        _filled("title"),
        _filled("body"),
        _is("deep_link", r"[a-z][a-z0-9+.-]*://\S+", "an address"),
        _is("send_at", MOMENT, "a time (2026-07-01T01:30:00Z)", or_blank=False),
    ]


def _google_rules() -> list[Rule]:
    return [
        *_hashes(("Email", "Phone", "First Name", "Last Name")),
        _is("Country", "[A-Z]{2}", "two capital letters"),
        _is("Zip", "[A-Za-z0-9][A-Za-z0-9 -]*", "a postal code"),
    ]


def _onsite_rules() -> list[Rule]:
    return [
        _filled("customer_id"),
        _is("segment", CODE, "a code"),
        _is("stage", CODE, "a code"),
        _is("banner_campaign", CODE, "a campaign code", or_blank=False),
        _one_of("ask_for_consent", ("true", "false")),
    ]


_RESEND_FIELDS = frozenset(
    ["isResend", "resendType", "resendTitle", "resendContent", "resendSendNo"]
    + ["resendUnsubscribeNo"]
)


def _is_wrong_resend(row: Row) -> bool:
    """Whether it is unclear what stands in for a message that Kakao can't deliver."""
    value = _loaded(row["resendParameter"])
    if not isinstance(value, dict) or not value.keys() <= _RESEND_FIELDS:
        return True
    if value.get("isResend") is False:
        return len(value) > 1
    return (
        value.get("isResend") is not True
        or value.get("resendType") not in MOST_TEXT_BYTES
        or not value.get("resendContent")
        or not re.fullmatch(SENDER, str(value.get("resendSendNo")))
    )


def _is_wrong_resent_text(row: Row) -> bool:
    value = _loaded(row["resendParameter"])
    if not isinstance(value, dict) or not isinstance(value.get("resendContent"), str):
        return False
    return _does_not_fit(value["resendContent"], value.get("resendType", ""))


def _is_unlabelled_ad(row: Row) -> bool:
    value = _loaded(row["resendParameter"])
    content = value.get("resendContent") if isinstance(value, dict) else None
    return isinstance(content, str) and not content.startswith(AD_LABEL)


def _variables_of_kakao(row: Row) -> dict[str, Any]:
    """The template variables of a message by SOLAPI; none where there are none."""
    options = _loaded(row["kakaoOptions"])
    variables = options.get("variables") if isinstance(options, dict) else None
    return variables if isinstance(variables, dict) else {}


def _is_wrong_kakao(row: Row) -> bool:
    """Whether SOLAPI could not tell what to deliver: neither KakaoTalk nor a text, or both."""
    if not row["kakaoOptions"]:
        return not (row["type"] and row["text"])
    options = _loaded(row["kakaoOptions"])
    if row["type"] or not isinstance(options, dict):
        return True
    is_brand = options.get("bms") in [{"targeting": target} for target in "IMN"]
    is_alimtalk = "bms" not in options and options.get("disableSms") is (row["text"] == "")
    return (
        not (is_brand or is_alimtalk)
        or (is_brand and bool(row["text"]))
        or not options.get("pfId")
        or not options.get("templateId")
        or not _is_object_of_texts(options.get("variables"))
        or not all(re.fullmatch(r"#\{[^.}]+\}", name) for name in _variables_of_kakao(row))
    )


NHN_FORBIDDEN: dict[str, Predicate] = {
    "request more than 60 days ahead": lambda row: _is_too_far_ahead(
        row["requestDate"], "%Y-%m-%d %H:%M"
    ),
    "templateParameter but an object of texts": lambda row: (
        not _is_object_of_texts(_loaded(row["templateParameter"]))
    ),
    "variable left in a variable": lambda row: _has_open_variable(
        *_texts_in(_loaded(row["templateParameter"]))
    ),
    "resendParameter that leaves open what stands in": _is_wrong_resend,
    "text that stands in longer than its kind allows": _is_wrong_resent_text,
}


def _has_no_address(*columns: str) -> dict[str, Predicate]:
    return {"row without an address": lambda row: not any(row[column] for column in columns)}


SUITES: dict[str, Suite] = {
    "braze": Suite(
        _braze_rules,
        forbidden={
            "advertisement by e-mail to somebody unsubscribed": lambda row: (
                row["ad_channel"] == "email" and row["email_subscribe"] == "unsubscribed"
            ),
            "advertisement by push to somebody unsubscribed": lambda row: (
                row["ad_channel"] == "push" and row["push_subscribe"] == "unsubscribed"
            ),
        },
    ),
    "klaviyo": Suite(
        _klaviyo_rules,
        forbidden={
            **_has_no_address("Email", "Phone Number"),
            "consent for sms without its time": lambda row: (
                row["SMS Marketing Consent"] == "Subscribed"
                and not row["SMS Marketing Consent Timestamp"]
            ),
        },
        unique=("Email", "Phone Number"),
    ),
    "mailchimp": Suite(
        _mailchimp_rules,
        forbidden={
            "text of more than 255 bytes": lambda row: any(
                len(text.encode()) > MOST_MAILCHIMP_BYTES for text in row.values()
            )
        },
        unique=("Customer ID",),
    ),
    "listmonk": Suite(
        _listmonk_rules,
        forbidden={
            "attributes but a JSON object": lambda row: (
                not isinstance(_loaded(row["attributes"]), dict)
            )
        },
    ),
    "kakao_alimtalk": Suite(_nhn_rules, forbidden=NHN_FORBIDDEN),
    "kakao_brand": Suite(
        _kakao_brand_rules,
        forbidden={
            **NHN_FORBIDDEN,
            "brand message between 20:50 and 08:00": lambda row: (
                not (KAKAO_NIGHT[1] <= row["requestDate"][11:] < KAKAO_NIGHT[0])
            ),
            "advertisement that stands in without (광고) in front": _is_unlabelled_ad,
        },
    ),
    "solapi": Suite(
        _solapi_rules,
        forbidden={
            "message that is unclear as KakaoTalk or as a text": _is_wrong_kakao,
            "variable left in a text": lambda row: _has_open_variable(
                row["text"], *_texts_in(list(_variables_of_kakao(row).values()))
            ),
            "text longer than its kind allows": lambda row: _does_not_fit(
                row["text"], row["type"] or "LMS"
            ),
            "text with a character that CP949 can't hold": lambda row: _is_not_cp949(row["text"]),
            "customFields but an object of texts": lambda row: (
                not _is_object_of_texts(_loaded(row["customFields"]))
            ),
        },
        lines=("text",),
    ),
    "aligo": Suite(
        _aligo_rules,
        forbidden={
            "Alimtalk of more than 1,000 characters": lambda row: (
                len(row["message"]) > MOST_ALIMTALK_CHARACTERS
            ),
            "variable left in a text": lambda row: _has_open_variable(row["message"]),
            "text that stands in where failover is N, or none where it is Y": lambda row: (
                (row["failover"] == "Y") != bool(row["fmessage"])
            ),
        },
        lines=("message", "fmessage"),
    ),
    "sms": Suite(
        _sms_rules,
        forbidden={
            "text longer than its kind allows": lambda row: _does_not_fit(row["text"], row["type"]),
            "text with a character that CP949 can't hold": lambda row: _is_not_cp949(row["text"]),
        },
        lines=("text",),
    ),
    "push": Suite(_push_rules, lines=("body",)),
    "meta_custom_audience": Suite(
        lambda: _hashes(DESTINATIONS["meta_custom_audience"].headers),
        forbidden=_has_no_address("email", "phone"),
    ),
    "google_customer_match": Suite(_google_rules, forbidden=_has_no_address("Email", "Phone")),
    "tiktok": Suite(
        lambda: _hashes(DESTINATIONS["tiktok"].headers),
        forbidden=_has_no_address("Email_SHA256", "Phone_SHA256"),
    ),
    "onsite": Suite(
        _onsite_rules,
        forbidden={
            "recommended_products but a list of texts": lambda row: (
                not (
                    isinstance(found := _loaded(row["recommended_products"]), list)
                    and all(isinstance(item, str) for item in found)
                )
            )
        },
    ),
}
"""How each destination is judged, by the same names as ``dangol.destinations.DESTINATIONS``."""


@cache
def _context(docs: Path | None) -> EphemeralDataContext:
    """A great-expectations context in memory, silent and without usage statistics.

    docs: where it writes its data docs, if at all.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # some of its modules set a level of their own, which that of the whole does not change
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "great_expectations":
            logging.getLogger(name).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for name, site in dict(context.variables.data_docs_sites or {}).items():
        context.delete_data_docs_site(name)
        shutil.rmtree(site["store_backend"]["base_directory"], ignore_errors=True)
    if docs is not None:
        context.add_data_docs_site(
            site_name="docs",
            site_config={
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(docs),
                },
            },
        )
    context.data_sources.add_pandas("files")
    return context


def _judge(
    name: str, rows: pd.DataFrame, rules: Sequence[Rule], docs: Path | None
) -> list[Failure]:
    """The rules that rows break. name: what the rows are, as the docs call them."""
    import great_expectations as gx

    context = _context(docs)
    source = context.data_sources.get("files")
    if name not in source.get_asset_names():
        source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
    definition = source.get_asset(name).get_batch_definition(name)
    suite = gx.ExpectationSuite(name=name)
    for number, rule in enumerate(rules):
        rule.expectation.meta = {"rule": number}
        rule.expectation.notes = rule.sentence
        suite.add_expectation(rule.expectation)
    if docs is not None and _document(context, name, suite, definition, rows):
        return []
    batch = definition.get_batch({"dataframe": rows})
    failures = {}
    for result in batch.validate(suite, result_format="COMPLETE").results:
        if not result.success:
            number = result.expectation_config.meta["rule"]
            failures[number] = _explain(rules[number].sentence, result)
    return [failures[number] for number in sorted(failures)]


def _document(
    context: EphemeralDataContext, name: str, suite: Any, definition: Any, rows: pd.DataFrame
) -> bool:
    """Write the data docs of a suite, with counts and without values; return whether all holds."""
    import great_expectations as gx
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
    )

    validation = gx.ValidationDefinition(
        name=name, data=definition, suite=context.suites.add_or_update(suite)
    )
    before = set(context.validation_results_store.list_keys())
    outcome = context.validation_definitions.add_or_update(validation).run(
        batch_parameters={"dataframe": rows},
        result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
    )
    new = set(context.validation_results_store.list_keys()) - before
    context.build_data_docs(resource_identifiers=[*new, ExpectationSuiteIdentifier(name)])
    return bool(outcome.success)


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
