"""The warehouse without the people: a new file, table by table, and the proof by query."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dangol.erasure.engine import DATABASE
from dangol.erasure.person import FOUND, normal_sql
from dangol.quoting import identifier, literal

TYPES_OF_COLUMNS: dict[str, tuple[str, ...]] = {
    "customer_id": ("customer_id",),
    "account_id": ("customer_id",),
    "component_id": ("customer_id",),
    "anonymous_id": ("anonymous_id",),
    "identifier": ("customer_id", "anonymous_id"),
    "email": ("email",),
    "phone": ("phone",),
    "phone_e164": ("phone",),
    "contact": ("email", "phone", "customer_id", "push_token"),
    "order_id": ("order_id",),
    "message_id": ("message_id",),
    "device_id": ("device_id",),
    "push_token": ("push_token",),
    "coupon_code": ("coupon_code",),
    "ticket_id": ("ticket_id",),
    "entry_id": ("entry_id",),
    "answer_id": ("answer_id",),
}
"""What a column holds, by its name or by what its name ends in after an underscore."""

TYPES_OF_PLACES: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("intermediate", "int_customer_components", "id"): ("customer_id",),
}
"""What a column holds whose name means something else in other tables."""

CLEAN_SCHEMAS = frozenset(
    ("landing", "staging", "intermediate", "marts", "audiences", "exports", "quality")
)
"""Schemas whose identifiers landing has trimmed and brought into NFC; elsewhere none may be."""

REFERENCES = frozenset(["referred_by_customer_id", "redeemed_order_id", "first_customer_id"])
"""Columns that name somebody else than the person whom the row is about: they become empty."""

REFERENCES_BESIDE = {"coupon_code": "order_id", "order_id": "entry_id"}
"""Columns that do so where another one is: an order with somebody's coupon, a point of an order."""

TEXTS = frozenset(
    (
        *("page_url", "referrer", "search_term", "utm_source", "utm_medium", "utm_campaign"),
        *("utm_content", "properties", "url", "category", "source", "consent_source"),
        *("acquisition_source", "acquisition_medium", "acquisition_campaign", "campaign", "medium"),
    )
)
"""Columns of free text: one that names the person becomes empty, whoever the row is about."""

ROW_TEXTS = frozenset(["row_text", "_row_text"])
"""Columns that hold a whole delivered row as text, as JSON where it could be read: it goes."""

WORDS = "dangol_words"
"""Variable of the session: the identifiers that a text may hold as whole words."""

LONGEST_PATTERN = 50_000
"""RE2 compiles no pattern much longer; beyond it every text is read word by word."""

REMOVED = "[erased]"
"""Stands where a text named a person and the column must not be empty."""

ROW_KEYS = {
    "customers": "customer_id",
    "orders": "order_id",
    "order_items": "order_id",
    "messages": "message_id",
    "message_events": "message_id",
    "consents": "customer_id",
    "coupons": "coupon_code",
    "devices": "device_id",
    "points": "entry_id",
    "tickets": "ticket_id",
    "survey_answers": "answer_id",
}
"""Types of the first part of `row_key`, by raw table (quality.rejected_rows)."""


@dataclass(frozen=True)
class Change:
    """What happened to a table.

    Args:
        table: schema and name.
        removed: rows that are gone.
        changed: rows of others that lost the part about the person.
    """

    table: str
    removed: int
    changed: int


@dataclass(frozen=True)
class _Column:
    """A column of a table.

    Args:
        name: as it is written there.
        data_type: as DuckDB names it.
        is_required: whether it must not be empty.
        types: types of the identifiers that it holds; none: it was not made for any.
        is_reference: whether it names what may be somebody else's than the row.
        is_clean: whether its identifiers are trimmed and in NFC.
    """

    name: str
    data_type: str
    is_required: bool
    types: tuple[str, ...]
    is_reference: bool
    is_clean: bool

    @property
    def quoted(self) -> str:
        return identifier(self.name)

    @property
    def text(self) -> str:
        return f"cast({self.quoted} as varchar)"

    @property
    def cleaned(self) -> str:
        return self.text if self.is_clean else _cleaned(self.text)

    @property
    def is_text(self) -> bool:
        return any(word in self.data_type for word in ("VARCHAR", "JSON", "BLOB"))


@dataclass(frozen=True)
class _Part:
    """What was delivered as one column, in a row that is kept as text.

    Args:
        text: SQL of it, as delivered.
        types: types of the identifiers that the column holds.
    """

    text: str
    types: tuple[str, ...]


class Rules:
    """SQL of what is about the people, for the columns of a table.

    Args:
        pattern: a regular expression that every text which names them matches, and few others.
        code: the country code of phone numbers without one.
    """

    def __init__(self, pattern: str, code: str) -> None:
        self._pattern = pattern
        self._code = code

    def is_theirs(self, columns: Sequence[_Column], parts: Sequence[_Part] = ()) -> str:
        """Return SQL: whether a column, or a part of a row's text, made for it names them."""
        names = {column.name.lower() for column in columns}
        conditions = ["false"]
        for column in columns:
            name = column.name.lower()
            if column.is_reference:
                continue
            conditions += self._holds(column.text, column.types)
            if name == "row_key" and "table_name" in names:
                cases = " ".join(f"when '{key}' then '{kind}'" for key, kind in ROW_KEYS.items())
                conditions.append(
                    f"case table_name {cases} end || ':' || split_part(row_key, '|', 1) in"
                    f" (select type || ':' || value from {FOUND})"
                )
        for part in parts:
            conditions += self._holds(part.text, part.types)
        return " or ".join(f"coalesce({condition}, false)" for condition in conditions)

    def may_name(self, columns: Sequence[_Column]) -> str:
        """Return SQL, quick to run: whether anything else in a row may name them."""
        texts = [column.text for column in columns if column.is_text]
        references = [self._reference(column)[0] for column in columns if column.is_reference]
        if texts:
            listed = ", ".join(texts)
            references.append(
                f"coalesce(regexp_matches(concat_ws(chr(10), {listed}), '{self._pattern}'), false)"
            )
        return " or ".join(references) or "false"

    def is_theirs_by_text(self, columns: Sequence[_Column]) -> str:
        """Return SQL: whether a row is theirs by the text of a column made for something else."""
        conditions = ["false"]
        for column in columns:
            name = column.name.lower()
            if name in ROW_TEXTS:
                conditions.append(self.names(column.text))
            elif (
                column.data_type == "VARCHAR"
                and not column.types
                and not column.is_reference
                and name not in TEXTS
            ):
                conditions.append(
                    f"coalesce(list_contains(getvariable('{WORDS}'), {column.cleaned}), false)"
                )
        return " or ".join(conditions)

    def value(self, column: _Column) -> tuple[str, str] | None:
        """Return SQL of whether a value names the people, and of what stays of it.

        None: the column cannot name anybody.
        """
        if column.is_reference:
            return self._reference(column)
        if not column.is_text:
            return None
        kind = column.data_type
        if kind == "VARCHAR[]":
            kept = f"list_filter({column.quoted}, lambda part: not {self.names('part')})"
            return f"coalesce(len({kept}) < len({column.quoted}), false)", kept
        left = f"'{REMOVED}'" if column.is_required and kind == "VARCHAR" else "null"
        if (
            kind in ("VARCHAR", "JSON") and column.name.lower() not in TEXTS
        ):  # a list loses the person's part only
            parts = f"from_json({column.quoted}, '[\"json\"]')"
            left = (
                f"case when {column.quoted} like '[%' and json_valid({column.quoted}) then"
                f" cast(to_json(list_filter({parts}, lambda part:"
                f" not {self.names('cast(part as varchar)')})) as {kind}) else {left} end"
            )
        return self.names(column.text), left

    def names(self, text: str) -> str:
        """Return SQL: whether a text holds an identifier of the people as a whole word."""
        return (
            f"coalesce(case when regexp_matches({text}, '{self._pattern}') then"
            f" list_has_any({DATABASE}.main.tokens({text}, '{self._code}'),"
            f" getvariable('{WORDS}')) end, false)"
        )

    def _holds(self, text: str, types: Sequence[str]) -> list[str]:
        """Return SQL for each type: whether a text is an identifier of that type of theirs."""
        return [
            f"{normal_sql(kind, text, self._code)} in"
            f" (select value from {FOUND} where type = '{kind}')"
            for kind in types
        ]

    def _reference(self, column: _Column) -> tuple[str, str]:
        listed = ", ".join(f"'{kind}'" for kind in column.types)
        return (
            f"coalesce({column.cleaned} in"
            f" (select value from {FOUND} where type in ({listed})), false)",
            f"'{REMOVED}'" if column.is_required else "null",
        )


def types_of(column: str) -> tuple[str, ...]:
    """Return the types of identifiers that a column holds by its name; none: it holds none."""
    for ending, types in TYPES_OF_COLUMNS.items():
        if column == ending or column.endswith(f"_{ending}"):
            return types
    return ()


def rewrite(
    connection: duckdb.DuckDBPyConnection, old: str, new: str, rules: Rules
) -> list[Change]:
    """Fill a new database with everything of the old one but the people.

    Views, constraints, defaults, comments and indexes come over; views of `landing` that read the
    files of RAW in place do not, since the files may still name the people, nor do the views that
    read these. A build makes them.

    Args:
        connection: has both attached, and the identifiers.
        old: name of the old database.
        new: name of the new one, which is empty.
        rules: what is about the people.

    Returns:
        What changed, for the tables where anything did.

    Raises:
        RuntimeError: other rows came over than were counted.
    """
    connection.execute(f"copy from database {identifier(old)} to {identifier(new)} (schema)")
    changes = []
    for (schema, table), columns in tables_of(connection, old).items():
        place = f"{identifier(schema)}.{identifier(table)}"
        source = f"{identifier(old)}.{place}"
        named = _Named.count(connection, source, columns, rules)
        selected = named.values if named.changed else [column.quoted for column in columns]
        condition = f" where not ({named.condition})" if named.removed else ""
        names = ", ".join(column.quoted for column in columns)
        connection.execute(
            f"insert into {identifier(new)}.{place} ({names})"
            f" select {', '.join(selected)} from {source}{condition}"
        )
        after = _one(connection, f"select count(*) from {identifier(new)}.{place}")
        if after != named.rows - named.removed:
            raise RuntimeError(
                f"{schema}.{table}: {after} rows came over, not {named.rows - named.removed}"
            )
        if named.removed or named.changed:
            changes.append(Change(f"{schema}.{table}", named.removed, named.changed))
    for schema, view in connection.execute(
        "select schema_name, view_name from duckdb_views() where database_name = ? and ("
        " schema_name = 'landing' and (sql ilike '%read_parquet%' or sql ilike '%read_csv%')"
        " or schema_name = 'staging' and regexp_matches(sql, '\\blanding\\b'))",
        [new],
    ).fetchall():
        connection.execute(f"drop view {identifier(new)}.{identifier(schema)}.{identifier(view)}")
    return changes


def remaining(connection: duckdb.DuckDBPyConnection, database: str, rules: Rules) -> dict[str, int]:
    """Return the number of rows that name the people, by table; {}: nobody."""
    found = {}
    for (schema, table), columns in tables_of(connection, database).items():
        source = f"{identifier(database)}.{identifier(schema)}.{identifier(table)}"
        named = _Named.count(connection, source, columns, rules)
        if named.removed or named.changed:
            found[f"{schema}.{table}"] = named.removed + named.changed
    return found


@dataclass(frozen=True)
class _Named:
    """What of a table is about the people.

    Args:
        rows: all rows.
        removed: rows about them, which `condition` is true for.
        changed: other rows that name them, in which `values` stay.
    """

    rows: int
    removed: int
    changed: int
    condition: str
    values: Sequence[str] = ()

    @classmethod
    def count(
        cls,
        connection: duckdb.DuckDBPyConnection,
        source: str,
        columns: Sequence[_Column],
        rules: Rules,
    ) -> _Named:
        """Count the rows; each text is read word by word only where a quick look says so."""
        parts = _parts_of_rows(connection, source, columns)
        theirs, other = rules.is_theirs(columns, parts), rules.may_name(columns)
        rows, removed, unclear = connection.execute(
            "select count(*), count(*) filter (is_theirs),"
            " count(*) filter (not is_theirs and other)"
            f" from (select {theirs} as is_theirs, {other} as other from {source})"
        ).fetchall()[0]
        if not unclear:
            return cls(rows, removed, 0, theirs)
        theirs = f"{theirs} or {rules.is_theirs_by_text(columns)}"
        ruled = [(column, rules.value(column)) for column in columns]
        touched = [rule[0] for _, rule in ruled if rule]
        removed, changed = connection.execute(
            "select count(*) filter (is_theirs), count(*) filter (not is_theirs and touched)"
            f" from (select {theirs} as is_theirs, {' or '.join(touched)} as touched from {source}"
            f" where {other} or {theirs})"
        ).fetchall()[0]
        values = [
            f"case when {rule[0]} then {rule[1]} else {column.quoted} end"
            if rule
            else column.quoted
            for column, rule in ruled
        ]
        return cls(rows, removed, changed, theirs, values)


def _parts_of_rows(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[_Column]
) -> list[_Part]:
    """Return what was delivered as columns of identifiers, in rows that are kept as text.

    A line that could not be split into columns has none: it is searched as any text.
    """
    parts = []
    for column in columns:
        if column.name.lower() not in ROW_TEXTS:
            continue
        read = f"case when json_valid({column.text}) then {column.text} end"
        for (key,) in connection.execute(
            f"select distinct unnest(json_keys({read})) from {source} order by all"
        ).fetchall():
            types = types_of(str(key).strip().lower())
            if types:
                pointer = "/" + str(key).replace("~", "~0").replace("/", "~1")
                value = f"json_extract_string({read}, {literal(pointer)})"
                parts.append(_Part(value, types))
    return parts


def parts_of_others(
    connection: duckdb.DuckDBPyConnection, database: str, texts: Collection[str]
) -> set[str]:
    """Return the identifiers that stand inside a longer value of somebody else.

    `kim@shop.kr` stands inside `min.kim@shop.kr`: a search by bytes cannot tell them apart.
    """
    ordered = sorted(texts, key=len, reverse=True)
    found: set[str] = set()
    for start in range(0, len(ordered), 500):
        pattern = "|".join(map(escaped, ordered[start : start + 500]))
        for (schema, table), columns in tables_of(connection, database).items():
            texts_of_row = ", ".join(column.text for column in columns if column.is_text)
            if texts_of_row:
                rows = connection.execute(
                    f"select distinct unnest(regexp_extract_all(whole, '{pattern}')) from"
                    f" (select concat_ws(chr(10), {texts_of_row}) as whole"
                    f" from {identifier(database)}.{identifier(schema)}.{identifier(table)})"
                    f" where regexp_matches(whole, '{pattern}')"
                ).fetchall()
                found |= {str(row[0]) for row in rows}
    return {text for text in texts if any(text in longer for longer in found)}


def tables_of(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[tuple[str, str], list[_Column]]:
    """Return the columns of every table of a database, by schema and name."""
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type, not is_nullable"
        " from duckdb_columns() join duckdb_tables()"
        " using (database_name, schema_name, table_name)"
        " where database_name = ? order by schema_name, table_name, column_index",
        [database],
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, str, bool]]] = {}
    for schema, table, name, kind, is_required in rows:
        found.setdefault((schema, table), []).append((name, kind, is_required))
    return {
        (schema, table): [
            _Column(
                *column,
                types=TYPES_OF_PLACES.get((schema, table, column[0]), types_of(column[0].lower())),
                is_reference=_is_reference(column[0].lower(), columns),
                is_clean=schema in CLEAN_SCHEMAS,
            )
            for column in columns
        ]
        for (schema, table), columns in found.items()
    }


def _is_reference(name: str, columns: Sequence[tuple[str, str, bool]]) -> bool:
    """Whether a column names what may be somebody else's, in a table with these columns."""
    names = {column[0].lower() for column in columns}
    return name in REFERENCES or names >= {name, REFERENCES_BESIDE.get(name, "")}


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _cleaned(text: str) -> str:
    """Return SQL of a delivered text as landing cleans it. text: SQL."""
    return f"trim(nfc_normalize({text}))"


def escaped(text: str) -> str:
    """Return a regular expression (RE2) that matches just this text, for SQL between quotes."""
    return re.sub(r"([^0-9A-Za-z_@\u0080-\U0010ffff])", r"\\\1", text).replace("'", "''")


def pattern_of(identifiers: Collection[tuple[str, str]]) -> str:
    """Return a regular expression that every text matches in which an identifier stands.

    identifiers: (type, value), those that may stand in texts.
    """
    alternatives = set()
    for kind, value in identifiers:
        if kind == "phone":
            alternatives.add("(?:[() .-]|%2[089DE])*".join(value[-7:]))
        else:
            alternatives.add("".join(map(_in_address, value)))
    pattern = "(?i)" + "|".join(sorted(alternatives))
    return pattern if len(pattern) < LONGEST_PATTERN else "[0-9A-Za-z]"


def _in_address(character: str) -> str:
    """Return a regular expression of a character, as it is or percent-encoded in an address."""
    if re.fullmatch("[0-9A-Za-z]", character):
        return character
    encoded = "".join(f"%{byte:02X}" for byte in character.encode())
    return f"(?:{escaped(character)}|{encoded})"


def attach_file(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, like: str = ""
) -> None:
    """Attach a DuckDB file under a name, read-only.

    Args:
        connection: what it is attached to.
        path: the file.
        name: its name in SQL.
        like: an attached file in whose storage format this one is made, to be written.
    """
    options = "read_only"
    if like:
        version = connection.execute(
            "select rtrim(tags['storage_version'], '+') from duckdb_databases()"
            " where database_name = $1",
            [like],
        ).fetchall()[0][0]
        options = f"storage_version {literal(version)}"
    connection.execute(f"attach {literal(path)} as {identifier(name)} ({options})")
