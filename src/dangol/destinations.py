"""The files of the destinations: how their rows are written, within limits, and read back.

Who is in a file is decided in the warehouse (``exports.export_<destination>``); nothing here adds,
drops or changes a value. What may stand in a file is judged in ``dangol.expectations``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["csv", "jsonl", "requests", "numbered"]
"""What a file looks like: a table; an object a line; a whole request a line; a request a row."""

Row = dict[str, str]


@dataclass(frozen=True)
class Destination:
    """What one destination's files are made of.

    Args:
        table: the export, a view of the warehouse.
        headers: its columns, in order, named as the destination names them.
        kind: what the file looks like.
        key: the columns that tell one member of the file from another.
        json: columns that hold JSON as text and stand in a JSON file as what they mean.
        request: columns that a whole request has in common (requests and numbered only).
        members: the name of a request's list of members (requests only).
        max_bytes: most bytes of a file.
        max_rows: most members of a file.
        max_members: most members of a request.
    """

    table: str
    headers: tuple[str, ...]
    kind: Kind
    key: tuple[str, ...]
    json: tuple[str, ...] = ()
    request: tuple[str, ...] = ()
    members: str = ""
    max_bytes: int | None = None
    max_rows: int | None = None
    max_members: int | None = None

    @property
    def suffix(self) -> str:
        """The ending of the file's name."""
        return ".csv" if self.kind in ("csv", "numbered") else ".jsonl"

    @property
    def member_headers(self) -> tuple[str, ...]:
        """The columns that each member has to itself."""
        return tuple(header for header in self.headers if header not in self.request)


_PROFILE = (
    "rfm_segment",
    "journey_stage",
    "lifecycle_state",
    "order_count",
    "net_revenue",
    "last_ordered_on",
    "campaigns",
)
_MEBIBYTE = 1024 * 1024

DESTINATIONS: dict[str, Destination] = {
    "braze": Destination(
        table="exports.export_braze",
        headers=(
            *("external_id", "email", "phone", "first_name", "country", "language", "dob"),
            *("gender", "email_subscribe", "push_subscribe"),
            *_PROFILE,
            "ad_channel",
        ),
        kind="csv",
        key=("external_id",),
        max_bytes=500 * _MEBIBYTE,
    ),
    "klaviyo": Destination(
        table="exports.export_klaviyo",
        headers=(
            *("Email", "Phone Number", "External ID", "First Name", "Country"),
            *("Email Marketing Consent", "SMS Marketing Consent"),
            "SMS Marketing Consent Timestamp",
            *_PROFILE,
        ),
        kind="csv",
        key=("External ID",),
        max_bytes=50 * _MEBIBYTE,
    ),
    "mailchimp": Destination(
        table="exports.export_mailchimp",
        headers=(
            *("Email Address", "First Name", "Birthday", "Language", "Customer ID"),
            *("RFM Segment", "Journey Stage", "Lifecycle State", "Order Count", "Net Revenue"),
            *("Last Ordered On", "Campaigns"),
        ),
        kind="csv",
        key=("Email Address",),
    ),
    "listmonk": Destination(
        table="exports.export_listmonk",
        headers=("email", "name", "attributes"),
        kind="csv",
        key=("email",),
    ),
    "kakao_alimtalk": Destination(
        table="exports.export_kakao_alimtalk",
        headers=(
            *("senderKey", "templateCode", "requestDate", "recipientNo", "templateParameter"),
            *("resendParameter", "recipientGroupingKey"),
        ),
        kind="requests",
        key=("recipientGroupingKey",),
        json=("templateParameter", "resendParameter"),
        request=("senderKey", "templateCode", "requestDate"),
        members="recipientList",
        max_members=1000,
    ),
    "kakao_brand": Destination(
        table="exports.export_kakao_brand",
        headers=(
            *("senderKey", "templateCode", "requestDate", "unsubscribeNo", "recipientNo"),
            *("targeting", "templateParameter", "resendParameter", "recipientGroupingKey"),
        ),
        kind="requests",
        key=("recipientGroupingKey",),
        json=("templateParameter", "resendParameter"),
        request=("senderKey", "templateCode", "requestDate", "unsubscribeNo"),
        members="recipientList",
        max_members=1000,
    ),
    "solapi": Destination(
        table="exports.export_solapi",
        headers=(
            *("to", "from", "text", "subject", "type", "kakaoOptions", "customFields"),
            "scheduledDate",
        ),
        kind="requests",
        key=("customFields",),
        json=("kakaoOptions", "customFields"),
        request=("scheduledDate",),
        members="messages",
        max_members=10_000,
    ),
    "aligo": Destination(
        table="exports.export_aligo",
        headers=(
            *("senderkey", "tpl_code", "sender", "senddate", "failover"),
            *("receiver", "recvname", "subject", "message", "fsubject", "fmessage"),
        ),
        kind="numbered",
        key=("tpl_code", "senddate", "receiver", "recvname", "message"),
        request=("senderkey", "tpl_code", "sender", "senddate", "failover"),
        max_members=500,
    ),
    "sms": Destination(
        table="exports.export_sms",
        headers=("phone", "text", "type", "send_at"),
        kind="csv",
        key=("phone", "text", "type", "send_at"),
    ),
    "push": Destination(
        table="exports.export_push",
        headers=("token", "title", "body", "deep_link", "send_at"),
        kind="jsonl",
        key=("token", "title", "body", "deep_link", "send_at"),
    ),
    "meta_custom_audience": Destination(
        table="exports.export_meta_custom_audience",
        headers=("email", "phone", "fn", "ln", "dob", "gen", "ct", "zip", "country"),
        kind="csv",
        key=("email", "phone", "fn", "ln", "dob", "gen", "ct", "zip", "country"),
        max_rows=10_000,
    ),
    "google_customer_match": Destination(
        table="exports.export_google_customer_match",
        headers=("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
        kind="csv",
        key=("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
    ),
    "tiktok": Destination(
        table="exports.export_tiktok",
        headers=("Email_SHA256", "Phone_SHA256"),
        kind="csv",
        key=("Email_SHA256", "Phone_SHA256"),
        max_bytes=1024 * _MEBIBYTE,
    ),
    "onsite": Destination(
        table="exports.export_onsite",
        headers=(
            *("customer_id", "segment", "stage", "recommended_products", "banner_campaign"),
            "ask_for_consent",
        ),
        kind="jsonl",
        key=("customer_id",),
        json=("recommended_products", "ask_for_consent"),
    ),
}
"""Every destination, by the name that ends its export's and is its row of the seed."""


class FormatError(Exception):
    """A file that is not of its destination's form, or a row that the form can't hold."""


def write_rows(
    destination_id: str, rows: Sequence[dict[str, Any]], folder: Path, stem: str
) -> list[Path]:
    """Write the rows of an export into files that a destination takes, none over its limits.

    Nobody is an empty file: a header row and no other, or no line at all. Rows keep their order;
    where a request holds many, those of one request come together, in the order in which requests
    first appear. JSON is written in its shortest form.

    Args:
        destination_id: a key of ``DESTINATIONS``.
        rows: the export's rows, column to value; a missing value and None are blank.
        folder: where the files go; it must be there.
        stem: their name without ending: ``stem.csv``, then ``stem-2.csv`` and so on.

    Raises:
        KeyError: there is no such destination.
        FormatError: a row that the form can't hold.
    """
    destination = DESTINATIONS[destination_id]
    groups = list(_groups([_as_texts(row, destination) for row in rows], destination))
    if destination.suffix == ".csv":
        width = max((len(group) for group in groups), default=1)
        head = _csv_line(expected_headers(destination_id, width))
        records = [_csv_line(_csv_values(group, destination, width)) for group in groups]
    else:
        head = b""
        records = [_json(_json_object(group, destination)).encode() + b"\n" for group in groups]
    paths = []
    sized = zip(records, map(len, groups), strict=True)
    for number, content in enumerate(_files(head, sized, destination), start=1):
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{destination.suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths


def read_rows(destination_id: str, paths: Iterable[Path]) -> list[Row]:
    """Read files that ``write_rows`` wrote back into the rows of the export, each value as text.

    Raises:
        KeyError: there is no such destination.
        OSError: a file is missing or may not be read.
        FormatError: a file that is not of the destination's form; the message says where.
    """
    return [
        row for path in paths for request in read_requests(destination_id, path) for row in request
    ]


def read_requests(destination_id: str, path: Path) -> list[list[Row]]:
    """Read a file as ``read_rows`` does, the members of each request by themselves.

    Where a destination's requests are no business of the file, each row is one.

    Raises:
        As ``read_rows``.
    """
    destination = DESTINATIONS[destination_id]
    if destination.suffix == ".csv":
        headers, lines = read_table(path)
        width = _width(headers, destination)
        return [
            _csv_members(dict(zip(headers, line, strict=True)), destination, width)
            for line in lines
        ]
    return [
        _json_members(line, f"line {number}", destination)
        for number, line in enumerate(_lines(path), start=1)
    ]


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a CSV file: its header row and its rows, each value as the text that stands there.

    Raises:
        OSError: the file is missing or may not be read.
        FormatError: it can't be read as CSV in UTF-8, or a row has more or fewer values.
    """
    try:
        lines = list(csv.reader(io.StringIO(_text(path), newline=""), strict=True))
    except csv.Error as error:
        raise FormatError(f"it can't be read as CSV ({error})") from error
    if not lines:
        raise FormatError("it has not even a header row")
    header, *rows = lines
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise FormatError(
                f"row {number} has {len(row)} values and the header has {len(header)}"
            )
    return header, rows


def expected_headers(destination_id: str, width: int = 1) -> list[str]:
    """Return the header row of a CSV file. width: members of its largest request, if numbered."""
    destination = DESTINATIONS[destination_id]
    if destination.kind != "numbered":
        return list(destination.headers)
    return [
        *destination.request,
        *(
            f"{header}_{number}"
            for number in range(1, max(width, 1) + 1)
            for header in destination.member_headers
        ),
    ]


def _as_texts(row: dict[str, Any], destination: Destination) -> Row:
    """A row with a text for each column of the export."""
    unknown = row.keys() - set(destination.headers)
    if unknown:
        raise FormatError(f"{destination.table} has no column {', '.join(sorted(unknown))}")
    texts = {header: _as_text(row.get(header)) for header in destination.headers}
    for header, text in texts.items():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise FormatError(f"{header} can't be written in UTF-8 ({error})") from error
    return texts


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _groups(rows: Sequence[Row], destination: Destination) -> Iterator[list[Row]]:
    """Yield the members of one request (or line) at a time, no more than it may hold."""
    if not destination.request:
        yield from ([row] for row in rows)
        return
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(row[header] for header in destination.request), []).append(row)
    for group in grouped.values():
        most = destination.max_members or len(group)
        yield from (group[start : start + most] for start in range(0, len(group), most))


def _files(
    head: bytes, records: Iterable[tuple[bytes, int]], destination: Destination
) -> Iterator[bytes]:
    """Yield the content of one file at a time: as many records as fit, but at least one.

    records: each with its number of members.
    """
    content, size, count = [head], len(head), 0
    for record, members in records:
        if count and (
            size + len(record) > (destination.max_bytes or size + len(record))
            or count + members > (destination.max_rows or count + members)
        ):
            yield b"".join(content)
            content, size, count = [head], len(head), 0
        content.append(record)
        size += len(record)
        count += members
    yield b"".join(content)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"it can't be read as UTF-8 ({error})") from error


# Tables: a row is a member, or a whole request with its members numbered.


def _csv_line(values: Iterable[str]) -> bytes:
    """A line by RFC 4180; Python's own writer leaves a carriage return without quotes."""
    return (",".join(map(_csv_value, values)) + "\n").encode()


def _csv_value(text: str) -> str:
    if not any(character in text for character in ',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def _csv_values(members: Sequence[Row], destination: Destination, width: int) -> list[str]:
    if destination.kind == "csv":
        return [members[0][header] for header in destination.headers]
    first = destination.member_headers[0]
    if not all(member[first] for member in members):
        raise FormatError(f"a member without {first} can't be numbered")
    blanks = [""] * (len(destination.member_headers) * (width - len(members)))
    return [
        *(members[0][header] for header in destination.request),
        *(member[header] for member in members for header in destination.member_headers),
        *blanks,
    ]


def _width(headers: Sequence[str], destination: Destination) -> int:
    """How many members the numbered headers of a file provide for."""
    first = destination.member_headers[0]
    return sum(header.startswith(f"{first}_") for header in headers)


def _csv_members(row: Row, destination: Destination, width: int) -> list[Row]:
    if destination.kind == "csv":
        return [row]
    members = [
        {header: row.get(header, "") for header in destination.request}
        | {header: row.get(f"{header}_{number}", "") for header in destination.member_headers}
        for number in range(1, width + 1)
    ]
    return [member for member in members if any(member[h] for h in destination.member_headers)]


# JSON: a line is a member, or a whole request with a list of its members.


def _lines(path: Path) -> list[str]:
    return _text(path).removesuffix("\n").split("\n") if path.stat().st_size else []


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json_object(members: Sequence[Row], destination: Destination) -> dict[str, Any]:
    if destination.kind == "jsonl":
        return {
            header: _json_value(members[0], header, destination) for header in destination.headers
        }
    return {
        **_fields(members[0], destination.request, destination),
        destination.members: [
            _fields(member, destination.member_headers, destination) for member in members
        ],
    }


def _fields(row: Row, headers: Sequence[str], destination: Destination) -> dict[str, Any]:
    """The fields of a request that are not blank: an interface takes a null for a value."""
    return {header: _json_value(row, header, destination) for header in headers if row[header]}


def _json_value(row: Row, header: str, destination: Destination) -> Any:
    text = row[header]
    if not text:
        return None
    if header not in destination.json:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise FormatError(f"{header} is not JSON ({error})") from error


def _json_members(line: str, where: str, destination: Destination) -> list[Row]:
    try:
        found = json.loads(line, object_pairs_hook=_without_repeats)
    except ValueError as error:
        raise FormatError(f"{where} is not JSON ({error})") from error
    if destination.kind == "jsonl":
        return [_row(found, destination.headers, where, destination)]
    members = found.pop(destination.members, None) if isinstance(found, dict) else None
    if not isinstance(members, list) or not members:
        raise FormatError(f"{where} has no {destination.members}")
    request = _row(found, destination.request, where, destination)
    rows = []
    for number, member in enumerate(members, start=1):
        place = f"{where}, {destination.members} {number},"
        own = _row(member, destination.member_headers, place, destination)
        rows.append({header: {**request, **own}[header] for header in destination.headers})
    return rows


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands twice in an object")
    return found


def _row(found: Any, headers: Sequence[str], where: str, destination: Destination) -> Row:
    """The fields of an object as text; a missing one and null are blank."""
    if not isinstance(found, dict):
        raise FormatError(f"{where} is not an object")
    for field in found.keys() - set(headers):
        raise FormatError(f"{where} has the field {field!r}, which the destination doesn't know")
    row = {}
    for header in headers:
        value = found.get(header)
        if value is None:
            row[header] = ""
        elif header in destination.json:
            row[header] = _json(value)
        elif isinstance(value, str):
            row[header] = value
        else:
            raise FormatError(f"{where} has a {header} that is not text")
    return row
