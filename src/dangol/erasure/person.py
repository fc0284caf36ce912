"""Who is to be erased: every identifier of the people whom somebody named by any one of theirs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import duckdb

from dangol.erasure.engine import DATABASE

FOUND = f"{DATABASE}.main.identifiers"
"""Table in memory of all identifiers: type, value (normalised)."""

SPELLINGS = f"{DATABASE}.main.spellings"
"""Table in memory of the e-mails and phones as they were delivered: type, value."""

ROWS_OF_PEOPLE = {
    "customers": {"customer_id": "customer_id", "email": "email", "phone": "phone"},
    "orders": {
        "order_id": "order_id",
        "customer_id": "customer_id",
        "email": "email",
        "phone": "phone",
    },
    "messages": {"message_id": "message_id", "customer_id": "customer_id"},
    "devices": {
        "device_id": "device_id",
        "customer_id": "customer_id",
        "push_token": "push_token",
    },
    "coupons": {"coupon_code": "coupon_code", "customer_id": "customer_id"},
    "points": {"entry_id": "entry_id", "customer_id": "customer_id"},
    "tickets": {"ticket_id": "ticket_id", "customer_id": "customer_id"},
    "survey_answers": {"answer_id": "answer_id", "customer_id": "customer_id"},
}
"""Raw tables whose rows give more identifiers of a person, the columns with their types."""

CONTACTS = ("email", "phone")

HOLDERS = {
    kind: (table, column)
    for table, columns in ROWS_OF_PEOPLE.items()
    for column, kind in columns.items()
    if kind not in ("customer_id", *CONTACTS)
}
"""By type of what a person may pass on to another one, such as an order: raw table and column."""


@dataclass(frozen=True)
class Found:
    """What was found of the people named.

    Args:
        people: canonical customer ids, or the visitor's own id where there is none.
        identifiers: (type, value), normalised: what tombstones are made of.
        unknown: what was named and nobody goes by.
        shared: what was named or found and belongs to others too; it is not theirs.
        texts: identifiers in each form in which they may stand in a file or a text.
    """

    people: Sequence[str]
    identifiers: frozenset[tuple[str, str]]
    unknown: Sequence[str]
    shared: Sequence[str]
    texts: frozenset[str] = field(default_factory=frozenset)


def find(
    connection: duckdb.DuckDBPyConnection,
    names: Iterable[str],
    code: str,
    limits: Mapping[str, int],
) -> Found:
    """Find the people and leave their identifiers in the tables FOUND and SPELLINGS.

    Args:
        connection: has the warehouse as what names mean, and the functions of `engine` attached.
        names: identifiers as somebody wrote them: customer_id, e-mail, phone or anonymous_id.
        code: the country code of phone numbers without one.
        limits: customers that may share a contact (`email`, `phone`) before it merges nobody.
    """
    connection.execute(
        f"create or replace table {FOUND} (type varchar, value varchar, primary key (type, value));"
        f"create or replace table {SPELLINGS} (type varchar, value varchar,"
        " primary key (type, value))"
    )
    search = _Search(connection, code, limits)
    people: set[str] = set()
    unknown, shared = [], []
    for given in names:
        name = _cleaned(given)
        found = search.people_of(name)
        people |= found.people
        if found.is_shared:
            shared.append(given)
        elif not found.people:
            unknown.append(given)
            search.add_unknown(name)
    search.add_identities(people)
    while search.add_rows():
        pass
    rows = connection.execute(f"select type, value from {FOUND} order by all").fetchall()
    identifiers = frozenset((str(kind), str(value)) for kind, value in rows)
    shared += sorted({value for _, value in search.shared - identifiers})
    return Found(sorted(people), identifiers, unknown, shared, search.texts())


@dataclass(frozen=True)
class _Named:
    people: frozenset[str]
    is_shared: bool = False


class _Search:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, code: str, limits: Mapping[str, int]
    ) -> None:
        self._connection = connection
        self._code = code
        self._limits = limits
        self.shared: set[tuple[str, str]] = set()
        """(type, value) of what the people have, or had, and others have: not theirs alone."""
        self._tables: dict[str, set[str]] = {}
        for relation, column in connection.execute(
            "select schema_name || '.' || table_name, lower(column_name)"
            " from duckdb_columns() join duckdb_tables()"
            " using (database_name, schema_name, table_name)"
            " where database_name = current_database()"
        ).fetchall():
            self._tables.setdefault(relation, set()).add(column)

    def people_of(self, name: str) -> _Named:
        """Return who goes by a cleaned name: the canonical customers, or an unknown visitor."""
        rows = self._rows(
            "marts.customer_identities",
            "select customer_id, identifier_type, matched_by from marts.customer_identities"
            " where identifier = ?",
            name,
        )
        people = {str(row[0]) for row in rows if row[0] is not None}
        if any(row[2] == "shared" for row in rows) and not people:
            return _Named(frozenset(), is_shared=True)
        if not people and rows:
            self._add([("anonymous_id", name)])
            return _Named(frozenset({name}))
        if people:
            return _Named(frozenset(people))
        for kind in CONTACTS:
            contact = self._contact_of(kind, name)
            customers = self._customers_with(kind, contact) if contact else set()
            if len(customers) > self._limits[kind]:
                return _Named(frozenset(), is_shared=True)
            people |= {person for customer in customers for person in self._canonical(customer)}
        return _Named(frozenset(people))

    def add_unknown(self, name: str) -> None:
        """Take a cleaned name that nobody goes by for each type that it can be."""
        contacts = [(kind, self._contact_of(kind, name)) for kind in CONTACTS]
        self._add((kind, value) for kind, value in contacts if value)
        if "@" not in name:
            self._add((kind, name) for kind in ("customer_id", "anonymous_id"))

    def add_identities(self, people: Iterable[str]) -> None:
        """Add all identifiers that are one person with a canonical one."""
        for person in people:
            self._add(
                self._rows(
                    "marts.customer_identities",
                    "select identifier_type, identifier from marts.customer_identities"
                    " where customer_id = ?",
                    person,
                )
            )

    def add_rows(self) -> bool:
        """Add what the rows of the people hold; return whether anything is new."""
        before = self._count()
        for table, columns in ROWS_OF_PEOPLE.items():
            for relation in (f"staging.stg_{table}", f"landing.{table}", f"raw.{table}"):
                self._add_rows_of(relation, columns)
        for relation, key in (
            ("intermediate.int_orders_converted", "raw_customer_id"),
            ("intermediate.int_known_orders", "raw_customer_id"),
        ):
            self._add_rows_of(
                relation,
                {
                    "order_id": "order_id",
                    key: "customer_id",
                    "email": "email",
                    "phone_e164": "phone",
                },
            )
        return self._count() > before

    def texts(self) -> frozenset[str]:
        """Return every form of the identifiers that can only mean them."""
        rows = self._connection.execute(
            f"select type, value from {FOUND} where {DATABASE}.main.is_distinctive(value)"
            f" or type in ('email', 'phone') union select type, value from {SPELLINGS}"
        ).fetchall()
        forms: set[str] = set()
        for kind, value in rows:
            text = str(value).strip()
            forms.add(text)
            if kind == "email":
                forms |= {text.lower()} | _hashes(text.lower())
            elif kind == "phone" and text.startswith("+"):
                digits = text[1:]
                forms |= {digits} | _hashes(text) | _hashes(digits)
                if digits.startswith(self._code):
                    forms |= _national(digits.removeprefix(self._code))
        forms |= {encoded for form in forms for encoded in _encoded(form)}
        return frozenset(form for form in forms if len(form) >= 6)

    def normalised(self, kind: str, text: str) -> str | None:
        """Return a contact as staging has it; None when it is none of that kind."""
        if kind == "email" and "@" not in text:
            return None
        row = self._connection.execute(f"select {self._normal_sql(kind, '$1')}", [text]).fetchone()
        return None if row is None or row[0] is None else str(row[0])

    def _contact_of(self, kind: str, name: str) -> str | None:
        """Return a contact that a name is; a number that begins like no phone is an id only."""
        if kind == "phone" and name.isdigit() and not name.startswith("0"):
            return None
        return self.normalised(kind, name)

    def _customers_with(self, kind: str, contact: str | None) -> set[str]:
        rows = self._rows(
            "intermediate.int_customer_contacts",
            "select distinct customer_id from intermediate.int_customer_contacts"
            " where contact_type = ? and contact = ?",
            kind,
            contact,
        )
        return {str(row[0]) for row in rows}

    def _canonical(self, customer: str) -> set[str]:
        rows = self._rows(
            "marts.customer_identities",
            "select customer_id from marts.customer_identities"
            " where identifier = ? and identifier_type = 'customer_id'",
            customer,
        )
        return {str(row[0]) for row in rows if row[0] is not None}

    def _add_rows_of(self, relation: str, columns: Mapping[str, str]) -> None:
        """Add every identifier of the rows of a relation that hold one of those found."""
        columns = self._present(relation, columns)
        owners = _owners(columns)
        if not owners:
            return
        names = list(columns)
        rows = self._connection.execute(
            f"select {', '.join(self._given_sql(columns[name], name) for name in names)}"
            f" from {relation} where {self._is_theirs(owners)}"
        ).fetchall()
        for name, values in zip(names, zip(*rows, strict=True), strict=False):
            kind = columns[name]
            given = sorted({value for value in values if value})
            if kind in CONTACTS:
                self._add_contacts(kind, given)
            else:
                of_others = self._of_others(kind, given)
                self.shared |= {(kind, value) for value in of_others if kind in HOLDERS}
                self._add((kind, value) for value in given if value not in of_others)

    def _of_others(self, kind: str, given: Sequence[str]) -> set[str]:
        """Return those identifiers that are somebody else's by now.

        A superseded or rejected row may name a person whose order, device or contact went over
        to another one since: the newest row, which is in staging, tells whose it is.
        """
        if kind == "customer_id":
            rows = self._rows(
                "marts.customer_identities",
                "select identifier from marts.customer_identities"
                " where identifier_type = 'customer_id' and identifier in (select unnest($1))"
                f" and identifier not in (select value from {FOUND} where type = 'customer_id')",
                given,
            )
            return {str(row[0]) for row in rows}
        table, column = HOLDERS[kind]
        relation = f"staging.stg_{table}"
        columns = self._present(relation, ROWS_OF_PEOPLE[table])
        owners = _owners(columns)
        if column not in columns or not owners:
            return set()
        rows = self._rows(
            relation,
            f"select distinct {_text(column)} from {relation}"
            f" where {_text(column)} in (select unnest($1))"
            f" and not coalesce({self._is_theirs(owners)}, false)"
            # a row that names nobody is still that of the person before
            f" and coalesce({', '.join(map(_text, owners))}) is not null",
            given,
        )
        return {str(row[0]) for row in rows}

    def _present(self, relation: str, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the columns that a relation has, by their names there, with their types."""
        present = self._tables.get(relation, set())
        named = {
            {"phone": "phone_e164"}.get(name, name) if name not in present else name: kind
            for name, kind in columns.items()
        }
        return {name: kind for name, kind in named.items() if name in present}

    def _is_theirs(self, owners: Mapping[str, str]) -> str:
        """Return SQL: whether one of these columns, given with their types, names the people."""
        return " or ".join(
            f"{self._normal_sql(kind, _text(name))} in"
            f" (select value from {FOUND} where type = '{kind}')"
            for name, kind in owners.items()
        )

    def _add_contacts(self, kind: str, given: Iterable[str]) -> None:
        """Add contacts as they were delivered, and normalised, but for those of others too."""
        ours = set(self._values("customer_id"))
        for text in given:
            contact = self.normalised(kind, text)
            if contact and self._customers_with(kind, contact) - ours:
                self.shared.add((kind, contact))
            else:
                self._add([(kind, text)], SPELLINGS)
                self._add([(kind, contact)])

    def _rows(self, relation: str, sql: str, *parameters: object) -> list[tuple[str | None, ...]]:
        if relation not in self._tables:
            return []
        return self._connection.execute(sql, list(parameters)).fetchall()

    def _add(self, identifiers: Iterable[Sequence[str | None]], table: str = FOUND) -> None:
        rows = [list(row) for row in identifiers if row[1]]
        if rows:
            self._connection.executemany(f"insert or ignore into {table} values (?, ?)", rows)

    def _values(self, kind: str) -> list[str]:
        rows = self._connection.execute(
            f"select value from {FOUND} where type = ? order by 1", [kind]
        ).fetchall()
        return [str(row[0]) for row in rows]

    def _count(self) -> int:
        row = self._connection.execute(
            f"select (select count(*) from {FOUND}) + (select count(*) from {SPELLINGS})"
        ).fetchone()
        return int(row[0]) if row else 0

    def _given_sql(self, kind: str, name: str) -> str:
        """Return SQL of a column's identifiers, normalised; contacts as they were delivered."""
        return _text(name) if kind in CONTACTS else self._normal_sql(kind, _text(name))

    def _normal_sql(self, kind: str, value: str) -> str:
        return normal_sql(kind, value, self._code)


def normal_sql(kind: str, value: str, code: str) -> str:
    """Return SQL of an identifier as it is normalised. value: SQL of text, as delivered."""
    if kind == "phone":
        return f"{DATABASE}.main.phone({value}, '{code}')"
    if kind == "email":
        return f"{DATABASE}.main.email(nfc_normalize({value}))"
    return f"trim(nfc_normalize({value}))"


def _cleaned(name: str) -> str:
    """Return a name as landing has it: trimmed and in Unicode NFC."""
    return unicodedata.normalize("NFC", name).strip()


def _owners(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns, of those given with their types, that name the person of a row."""
    return {name: kind for name, kind in columns.items() if kind in ("customer_id", *CONTACTS)}


def _text(name: str) -> str:
    return f'cast("{name}" as varchar)'


def _hashes(text: str) -> set[str]:
    """Return the hash of a contact that ad platforms take, in either case."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {digest, digest.upper()}


def _encoded(text: str) -> set[str]:
    """Return a text as it may stand in a URL: all but letters, digits and -._~ encoded, or less."""
    forms = {quote(text, safe=plain) for plain in ("", "@", "!'()*", "+")}
    return forms | {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in forms}


def _national(digits: str) -> set[str]:
    """Return a national number, without its first 0, as people write it."""
    whole = f"0{digits}"
    if len(whole) not in (10, 11):
        return {whole}
    parts = (whole[:3], whole[3:-4], whole[-4:])
    return {separator.join(parts) for separator in ("", "-", " ", ".")}
