"""Run a mapping: one SQL file that turns a shop's own files into dangol's raw tables.

A mapping is plain DuckDB SQL. It reads its input with ``getvariable('source')`` and creates
tables or views named after raw tables of the contract. This module runs it and writes each of
them as one Parquet file.
"""

from __future__ import annotations

import difflib
import glob
import re
from pathlib import Path

import duckdb

from dangol.explained import place_and_reason
from dangol.quoting import identifier, literal

RAW_TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_items": ("order_id", "line_number"),
    "products": ("product_id",),
    "prices": ("product_id", "changed_at"),
    "inventory": ("product_id", "counted_at"),
    "events": ("event_id",),
    "consents": ("customer_id", "channel", "purpose", "changed_at"),
    "suppressions": ("contact", "channel", "suppressed_at"),
    "devices": ("device_id",),
    "messages": ("message_id",),
    "message_events": ("message_id", "event_name", "occurred_at"),
    "assignments": ("campaign_id", "customer_id"),
    "coupons": ("coupon_code",),
    "points": ("entry_id",),
    "tickets": ("ticket_id",),
    "survey_answers": ("answer_id",),
    "ad_spend": ("spend_date", "source", "medium", "campaign"),
}
"""Raw tables of the contract, each with its key columns."""


class MappingError(Exception):
    """A mapping that cannot run. The message is written for the person who wrote the mapping."""


def run_mapping(sql_file: Path, sources: dict[str, Path], out: Path) -> dict[str, int]:
    """Run a mapping and write the raw tables that it creates.

    The SQL runs in an empty in-memory DuckDB whose time zone is UTC. Each entry of ``sources`` is
    a DuckDB variable of that name that holds a path (or a pattern such as ``ga4/*.parquet``).
    Temporary tables and views are the mapping's own scratch space. A permanent table or view must
    be a raw table of the contract, or start with ``_``: such a note is counted but not written.

    Args:
        sql_file: the mapping.
        sources: variable name to the file (or pattern of files) that it stands for.
        out: folder for ``<table>.parquet``, made if absent. Files are written aside and renamed
            after the last one has succeeded, so a failure changes nothing in the folder.

    Returns:
        Rows of each raw table, in the contract's order, then rows of each ``_`` note.

    Raises:
        MappingError: a file is missing or cannot be read, a source is not given, the SQL fails, a
            table is not in the contract, no raw table is made, or `out` cannot be written.
    """
    try:
        sql = _read_sql(sql_file)
        _check_sources(sql_file, sql, sources)
        return _run(sql, sql_file, sources, out)
    except OSError as error:
        raise MappingError(f"{place_and_reason(error, out)[1]}.") from error


def _run(sql: str, sql_file: Path, sources: dict[str, Path], out: Path) -> dict[str, int]:
    """Run the SQL of a mapping and write its tables; see run_mapping."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        for name, path in sources.items():
            # DuckDB takes a path for a pattern
            place = glob.escape(str(path)) if path.is_file() else path
            connection.execute(f"set variable {identifier(name)} = {literal(place)}")
        try:
            connection.execute(sql)
            tables, notes = _created_tables(connection, sql_file)
            note_counts = {note: _count_rows(connection, note) for note in notes}
            return _write_tables(connection, tables, out) | note_counts
        except duckdb.Error as error:
            raise MappingError(f"{sql_file}: {error}") from error


def _read_sql(sql_file: Path) -> str:
    """Return the text of the mapping."""
    if not sql_file.is_file():
        raise MappingError(f"mapping not found: {sql_file}")
    try:
        return sql_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MappingError(
            f"{sql_file} is not UTF-8 (line {line}): save it as UTF-8, then map again."
        ) from None


def _check_sources(sql_file: Path, sql: str, sources: dict[str, Path]) -> None:
    """Raise when a source has a bad name, is not on disk, or is read by the SQL but not given."""
    for name, path in sources.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise MappingError(f"source name {name!r} is not a plain word (letters, digits, _)")
        if not path.exists() and not glob.glob(str(path), recursive=True):
            raise MappingError(f"source {name} not found: {path}")
    read = re.findall(r"getvariable\(\s*'([^']+)'\s*\)", sql, flags=re.IGNORECASE)
    given = {name.lower() for name in sources}
    missing = sorted({name for name in read if name.lower() not in given})
    if missing:
        wanted = ", ".join(f"{name}=PATH" for name in missing)
        raise MappingError(f"{sql_file} reads a source that was not given: {wanted}")


def _created_tables(
    connection: duckdb.DuckDBPyConnection, sql_file: Path
) -> tuple[list[str], list[str]]:
    """Return the raw tables (in the contract's order) and the ``_`` notes that the SQL made."""
    rows = connection.execute(
        """
        select table_name
        from information_schema.tables
        where table_schema = 'main' and table_type != 'LOCAL TEMPORARY'
            and table_catalog = current_database()
        order by table_name
        """
    ).fetchall()
    created = [str(row[0]) for row in rows]
    for name in created:
        if name not in RAW_TABLE_KEYS and not name.startswith("_"):
            near = difflib.get_close_matches(name, RAW_TABLE_KEYS, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise MappingError(
                f"{sql_file} creates {name!r}, which is not a raw table{hint}. Raw tables are "
                f"{', '.join(RAW_TABLE_KEYS)}. For a step in between, use `create temp table`."
            )
    tables = [name for name in RAW_TABLE_KEYS if name in created]
    if not tables:
        raise MappingError(f"{sql_file} creates no raw table, for example `create table orders`")
    return tables, [name for name in created if name.startswith("_")]


def _write_tables(
    connection: duckdb.DuckDBPyConnection, tables: list[str], out: Path
) -> dict[str, int]:
    """Write each table, sorted by its key, and return its rows. All files change, or none."""
    if out.exists() and not out.is_dir():
        raise MappingError(f"the output is not a folder: {out}")
    for table in tables:
        if (out / f"{table}.parquet").is_dir():
            raise MappingError(f"{out / f'{table}.parquet'} is a folder. Remove or rename it.")
    out.mkdir(parents=True, exist_ok=True)
    parts = {table: out / f"{table}.parquet.part" for table in tables}
    try:
        for table, part in parts.items():
            connection.execute(
                f"copy (from {identifier(table)} order by {_sort_columns(connection, table)}) "
                f"to {literal(part)} (format parquet, compression zstd)"
            )
        counts = {table: _count_rows(connection, table) for table in tables}
        for table, part in parts.items():
            part.replace(out / f"{table}.parquet")
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return counts


def _sort_columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the table's columns, key first, as the SQL of a total order."""
    columns = [
        str(row[0]) for row in connection.execute(f"describe {identifier(table)}").fetchall()
    ]
    key = [column for column in RAW_TABLE_KEYS[table] if column in columns]
    rest = [column for column in columns if column not in key]
    return ", ".join(identifier(column) for column in [*key, *rest])


def _count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table or view."""
    row = connection.execute(f"select count(*) from {identifier(table)}").fetchone()
    return int(row[0]) if row else 0
