"""Which rows of published files are about the people: by identifiers, and by tombstones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb

from dangol.erasure.engine import DATABASE, set_key
from dangol.erasure.files import ByteSearch
from dangol.erasure.person import Found
from dangol.erasure.tables import types_of
from dangol.erasure.tombstones import Tombstones, keyed_hash

TYPES_OF_HEADERS: Mapping[str, tuple[str, ...]] = {
    **{"external_id": ("customer_id",), "External ID": ("customer_id",)},
    **{"Customer ID": ("customer_id",), "token": ("push_token",)},
}
"""What a column of an export holds by itself, where its name is the destination's own."""

GROUPING = "recipientGroupingKey"
"""Column of `<campaign_id>:<customer_id>`; a campaign_id holds no colon."""

OUTLIVED = frozenset(("email", "phone", "anonymous_id", "device_id", "push_token"))
"""Types of identifiers that a person keeps, as outlived_types() of macros/erasure has them."""


@dataclass(frozen=True)
class NamedRows:
    """Finds the rows of published files that are about the people.

    Tombstones find those of whom an erasure that was cut short has left rows, when the warehouse
    was built anew since and no longer knows what belongs together.

    Args:
        connection: has the functions of `engine`.
        found: the people and their identifiers.
        search: finds the identifiers that can only mean them.
        code: the country code of phone numbers without one.
        tombstones: of everybody who was erased.
        key: what the tombstones were made with.
    """

    connection: duckdb.DuckDBPyConnection
    found: Found
    search: ByteSearch
    code: str
    tombstones: Tombstones
    key: bytes

    def __call__(self, rows: Sequence[Mapping[str, str]], day: date | None) -> set[int]:
        """Return the numbers of the rows about them.

        Args:
            rows: of one destination, column to text.
            day: the local day that they describe; None: it is not known.
        """
        cells = [(number, cell) for number, row in enumerate(rows) for cell in identifiers_in(row)]
        named = {number for number, cell in cells if cell in self.found.identifiers}
        for number, row in enumerate(rows):
            if any(text and self.search.is_in(text.encode()) for text in row.values()):
                named.add(number)
        return named | self._by_tombstones(rows, cells, day)

    def _by_tombstones(
        self,
        rows: Sequence[Mapping[str, str]],
        cells: Sequence[tuple[int, tuple[str, str]]],
        day: date | None,
    ) -> set[int]:
        """Return the numbers of the rows that hold what a tombstone was made from."""
        stones = {
            stone
            for stone, erased_on in self._stones_of_others.items()
            if stone[0] not in OUTLIVED or (day is not None and day <= erased_on)
        }
        if not stones:
            return set()
        named = {
            number for number, (kind, text) in cells if (kind, keyed_hash(self.key, text)) in stones
        }
        set_key(self.connection, self.key)
        found = self.connection.execute(
            "select distinct number from (select number,"
            f" unnest({DATABASE}.main.tokens(text, $3)) as token"
            " from (select unnest($1::bigint[]) as number, unnest($2::varchar[]) as text))"
            f" where {DATABASE}.main.keyed_hash(token) in (select unnest($4::varchar[]))",
            [
                list(range(len(rows))),
                ["\n".join(row.values()) for row in rows],
                self.code,
                sorted({digest for _, digest in stones}),
            ],
        ).fetchall()
        return named | {int(row[0]) for row in found}

    @cached_property
    def _stones_of_others(self) -> dict[tuple[str, str], date]:
        """The tombstones of identifiers that were not found of the people."""
        theirs = {(kind, keyed_hash(self.key, value)) for kind, value in self.found.identifiers}
        return {
            stone: erased_on
            for stone, erased_on in self.tombstones.rows.items()
            if stone not in theirs
        }


def identifiers_in(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (type, value) of what stands in columns, and in keys of JSON, made for identifiers."""
    for column, text in row.items():
        if not text:
            continue
        if column == GROUPING:
            yield "customer_id", text.partition(":")[2]
        elif text.startswith(("{", "[")):
            try:
                yield from _in_json(json.loads(text))
            except ValueError:  # a text that begins like JSON
                continue
        else:
            for kind in TYPES_OF_HEADERS.get(column) or types_of(column.lower()):
                yield kind, text


def _in_json(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for part in value:
            yield from _in_json(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, (dict, list)):
                yield from _in_json(part)
            elif part is not None:
                for kind in types_of(str(key).lower()):
                    yield kind, str(part)
