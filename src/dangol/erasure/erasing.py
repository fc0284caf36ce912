"""Erase people: out of the warehouse, published files, target/ and logs/, and out of replays.

The order makes a crash harmless. Tombstones come first, so that no build brings anybody back; then
the files; the warehouse, by which a person is found, comes last and in one step. Whatever a killed
run left undone, the same command does.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from dangol.destinations import DESTINATIONS
from dangol.erasure.engine import attach
from dangol.erasure.files import (
    ByteSearch,
    FileChange,
    clean_folder,
    erase_publications,
    files_in,
)
from dangol.erasure.person import FOUND, Found, find
from dangol.erasure.tables import (
    WORDS,
    Change,
    Rules,
    attach_file,
    parts_of_others,
    pattern_of,
    remaining,
    rewrite,
)
from dangol.erasure.tombstones import ErasureError, folder_of, read_key, read_tombstones
from dangol.publishing.publication import locked, private, remove_leftovers
from dangol.quoting import literal
from dangol.workplace import WorkError, held, write_out

COLUMNS_OF_FILES: Mapping[str, str] = {
    **{"external_id": "customer_id", "External ID": "customer_id", "Customer ID": "customer_id"},
    **{"customer_id": "customer_id", "token": "push_token", "customFields": "customer_id"},
    **{"recipientGroupingKey": "customer_id"},
}
"""Columns of exports that hold an identifier by itself, with its type; others are read as text."""

NAMES_OF_COLUMNS = frozenset(
    (
        *("customer", "customer id", "customerid", "customer-id", "id", "identifier", "name"),
        *("email", "e-mail", "email_address", "phone", "phone_e164", "phone_number", "mobile"),
        *("contact", "anonymous_id", "device_id", "push_token", "order_id", "external_id"),
        *("고객번호", "고객id", "고객 id", "아이디", "이름"),
        *("이메일", "전화번호", "휴대폰", "연락처"),
    )
)
"""Headers of lists that people may give instead of customer_id, in lower case: nobody's names."""

WORK_FILES = ("lock", "runs.duckdb")
"""What stays in the work folder of a build: the lock, and the history of runs."""


@dataclass(frozen=True)
class Places:
    """Where people leave traces.

    Args:
        root: the project folder.
        warehouse: the DuckDB file; links followed.
        out: folder of published files.
        target: what dbt compiles and writes.
        logs: dbt's log.
        scratch: folder of private copies that a killed export may have left behind.
    """

    root: Path
    warehouse: Path
    out: Path
    target: Path
    logs: Path
    scratch: Path

    @classmethod
    def of(cls, root: Path, warehouse: str, out: str) -> Places:
        """Return the places of a project in a folder."""
        file = root / warehouse
        return cls(
            root,
            file.resolve() if file.is_symlink() else file,
            root / out,
            root / os.environ.get("DBT_TARGET_PATH", "target"),
            root / os.environ.get("DBT_LOG_PATH", "logs"),
            root / "artifacts" / "export",
        )

    @property
    def work(self) -> Path:
        """The folder in which builds work."""
        return self.warehouse.with_name(f"{self.warehouse.name}.work")

    @property
    def leftovers(self) -> list[Path]:
        """What builds and exports that were killed may have left, and nobody reads."""
        work = [path for path in _inside(self.work) if path.name not in WORK_FILES]
        spill = self.warehouse.with_name(f"{self.warehouse.name}.tmp")
        scratch = [path for path in _inside(self.scratch) if path.name.startswith("scratch-")]
        return [path for path in (*work, spill, *scratch) if path.exists()]

    @property
    def files(self) -> dict[str, list[Path]]:
        """Every file that is searched, by place."""
        name = self.warehouse.name
        return {
            "warehouse": list(files_in([self.warehouse])),
            "WAL": list(files_in([self.warehouse.with_name(f"{name}.wal")])),
            "exports": list(files_in([self.out])),
            "target": list(files_in([self.target])),
            "logs": list(files_in([self.logs])),
            "work folders": list(files_in([self.work, *self.leftovers])),
        }


@dataclass
class Result:
    """What an erasure found and did.

    Args:
        found: the people and their identifiers.
        tombstones: tombstones that are new.
        tables: what changed in the warehouse.
        files: what changed in files.
        told: destinations that were given the people and must erase them too.
        before: times that identifiers were found, by place: in files by bytes, and as
            `warehouse (rows)` by query.
        after: the same at the end.
        hidden: identifiers that also stand inside a value of somebody else, so that a search of
            the database file by bytes cannot tell; the query can.
    """

    found: Found
    tombstones: int = 0
    tables: list[Change] = field(default_factory=list)
    files: list[FileChange] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    hidden: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing of the people remains."""
        return not any(self.after.values())


def names_in_file(path: Path) -> list[str]:
    """Return the identifiers of a file: one a line, or the column customer_id of a CSV file.

    Raises:
        ErasureError: the file cannot be read, is no such list, or names nobody.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if any(map(str.strip, row))]
    except (OSError, ValueError, csv.Error) as error:
        raise ErasureError(f"{path} cannot be read: {error}") from error
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "customer_id" in header:
        place = header.index("customer_id")
        names = [row[place].strip() for row in rows[1:] if len(row) > place]
    elif rows and any(sign in cell for sign in ";\t" for cell in rows[0]):
        raise ErasureError(
            f"{path} has a semicolon or a tab in its first line, {','.join(rows[0])!r}: its columns"
            " could not be told apart. Separate them by commas, with one named customer_id, or"
            " give one identifier a line and nothing else."
        )
    elif len(header) == 1 and header[0] in NAMES_OF_COLUMNS:
        raise ErasureError(
            f"{path} begins with {rows[0][0].strip()!r}, which is the name of a column and no"
            " identifier: name the column customer_id, or leave that line out."
        )
    elif any(len(row) > 1 for row in rows):
        raise ErasureError(
            f"{path} has more than one column and none is named customer_id: give one identifier a"
            " line, or a CSV file with that column."
        )
    else:
        names = [row[0].strip() for row in rows]
    names = [name for name in names if name]
    for name in names:
        if ";" in name or "\t" in name:
            raise ErasureError(
                f"{path} has a semicolon or a tab in {name!r}, where one identifier should be:"
                " separate columns by commas, or give one identifier a line."
            )
    if not names:
        raise ErasureError(f"{path} names nobody.")
    return names


def erase(
    places: Places,
    names: Sequence[str],
    erased_on: date,
    variables: Mapping[str, str],
    *,
    dry_run: bool = False,
    say: Callable[[str], None] = print,
) -> Result:
    """Erase people.

    Args:
        places: where they leave traces.
        names: any identifier of each of them.
        erased_on: the local day; what they bring after it is theirs as new people.
        variables: the project's dbt variables.
        dry_run: say what would go, and change nothing.
        say: prints a line.

    Raises:
        ErasureError: nothing could be done, or not all; the message says why.
    """
    if any(len(name.strip()) < 1 or "\0" in name for name in names):
        raise ErasureError("An identifier is empty, or holds a NUL character.")
    code = variables["phone_country_code"]
    limits = {kind: int(variables["max_customers_per_contact"]) for kind in ("email", "phone")}
    folder = folder_of(places.root)
    tombstones = read_tombstones(folder)
    with _held(places), private(), duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set temp_directory = {literal(places.work / 'spill')}")
        if os.environ.get("MEMORY"):
            connection.execute(f"set memory_limit = {literal(os.environ['MEMORY'])}")
        attach(connection)
        _open_warehouse(connection, places, dry_run)
        found = find(connection, names, code, limits)
        rules = _rules(connection, found, code)
        search = ByteSearch(found.texts)
        result = Result(found)
        result.before = _search(places, search)
        if places.warehouse.is_file():
            named = remaining(connection, "old", rules)
            result.before["warehouse (rows)"] = sum(named.values())
        if dry_run:
            return result

        key = read_key(folder, tombstones, make=True)
        result.tombstones = tombstones.add(key, found.identifiers, erased_on)
        tombstones.write()
        say("Tombstones are written: no build brings these people back.")

        for path in places.leftovers:
            _remove(path)
            result.files.append(FileChange(path, None))
        if places.out.is_dir():
            with locked(places.out):
                remove_leftovers(places.out)
                result.files += _erase_exports(
                    connection, places.out, found, search, code, erased_on
                )
        result.told = sorted(
            {
                change.path.parent.name
                for change in result.files
                if change.path.parent.name in DESTINATIONS
            }
        )
        result.files += clean_folder(places.target, search, lines=False)
        result.files += clean_folder(places.logs, search, lines=True)
        say("Published files, target/ and logs/ are done; the warehouse is written anew.")
        hidden: set[str] = set()
        if places.warehouse.is_file():
            result.tables, hidden = _replace_warehouse(connection, places, rules, found)
        result.hidden = len(hidden)
        result.after = _search(places, search, ByteSearch(found.texts - hidden))
        if places.warehouse.is_file():  # asked of the new file before it took the place
            result.after["warehouse (rows)"] = 0
    return result


def _open_warehouse(connection: duckdb.DuckDBPyConnection, places: Places, dry_run: bool) -> None:
    """Attach the warehouse read-only as `old`, which also keeps every writer away."""
    if not places.warehouse.is_file():
        return
    wal = places.warehouse.with_name(f"{places.warehouse.name}.wal")
    try:
        if wal.exists() and not dry_run:  # what it holds goes into the file, and it goes
            duckdb.connect(str(places.warehouse)).close()
        attach_file(connection, places.warehouse, "old", read_only=True)
    except duckdb.Error as error:
        raise ErasureError(
            f"{places.warehouse} cannot be opened; perhaps another program writes to it."
            f" ({str(error).splitlines()[0]})"
        ) from None
    connection.execute("use old")
    if not connection.execute(
        "select 1 from duckdb_tables() where database_name = 'old' and schema_name = 'marts'"
        " and table_name = 'customer_identities'"
    ).fetchall():
        raise ErasureError(
            f"{places.warehouse} has no table marts.customer_identities, by which a person's"
            " identifiers are found. Run `make build` to its end, then erase."
        )


def _rules(connection: duckdb.DuckDBPyConnection, found: Found, code: str) -> Rules:
    """Return what is about the people, and give the session the words to look for."""
    rows = connection.execute(
        f"select type, value from {FOUND} where dangol_erasure.main.is_distinctive(value)"
    ).fetchall()
    hashes = {("hash", text) for text in found.texts if len(text) == 64 and text.isalnum()}
    identifiers = {(str(kind), str(value)) for kind, value in rows} | hashes
    words = sorted({text for _, text in identifiers})
    connection.execute(f"set variable {WORDS} = $1::varchar[]", [words])
    return Rules(pattern_of(identifiers) if identifiers else "[^\\s\\S]", code)


def _search(
    places: Places, search: ByteSearch, in_database: ByteSearch | None = None
) -> dict[str, int]:
    """Return how often the people are found in files, by place.

    Args:
        places: where to look.
        search: finds their identifiers.
        in_database: finds those that a search of a database file can tell.
    """
    counts = {}
    for place, paths in places.files.items():
        if place in ("warehouse", "WAL"):
            found = [(in_database or search).count(path, whole_words=False) for path in paths]
            counts[f"{place} (bytes)"] = sum(found)
        else:
            counts[place] = sum(search.count(path, whole_words=True) for path in paths)
    return counts


def _erase_exports(
    connection: duckdb.DuckDBPyConnection,
    out: Path,
    found: Found,
    search: ByteSearch,
    code: str,
    erased_on: date,
) -> list[FileChange]:
    """Take the people out of the publications, and away what the gate has shown of them."""
    values = {
        kind: {value for type_, value in found.identifiers if type_ == kind}
        for kind in {type_ for type_, _ in found.identifiers}
    }

    def is_named(_: str, row: Mapping[str, str]) -> bool:
        for column, text in row.items():
            if text and text in values.get(COLUMNS_OF_FILES.get(column, ""), ()):
                return True
            if text and search.is_in(text.encode()):
                return True
        return False

    note = (
        f"People were erased from these files on {erased_on}; costs and the counts of campaigns"
        " are from before."
    )
    changes = erase_publications(out, is_named, len(found.people) + len(found.unknown), note)
    for docs in sorted((out / "data_docs").glob("*/*")):
        if any(search.count(path, whole_words=True) for path in files_in([docs])):
            _remove(docs)
            changes.append(FileChange(docs, None))
    return changes


def _replace_warehouse(
    connection: duckdb.DuckDBPyConnection, places: Places, rules: Rules, found: Found
) -> tuple[list[Change], set[str]]:
    """Put a new file without the people into the warehouse's place; attach it as `old`.

    Returns:
        What changed, and the identifiers that also stand inside values of others.
    """
    aside = places.work / f"{places.warehouse.stem}-erasing.duckdb"
    for path in (aside, aside.with_name(f"{aside.name}.wal")):
        path.unlink(missing_ok=True)
    attach_file(connection, aside, "new", read_only=False)
    try:
        changes = rewrite(connection, "old", "new", rules)
        left = remaining(connection, "new", rules)
        if left:
            raise ErasureError(
                f"The new file still names them, in {', '.join(left)}; the warehouse is as it was."
            )
        hidden = parts_of_others(connection, "new", found.texts)
        connection.execute("use memory; detach new")
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(places.warehouse.stat().st_mode & 0o777)
        aside.replace(places.warehouse)
        write_out(places.warehouse.parent)
    except BaseException:
        connection.execute("use memory; detach database if exists new")
        aside.unlink(missing_ok=True)
        raise
    connection.execute("detach old")
    attach_file(connection, places.warehouse, "old", read_only=True)
    return changes, hidden


@contextmanager
def _held(places: Places) -> Iterator[None]:
    """Hold the lock of builds, so that none works on the warehouse meanwhile."""
    try:
        with held(places.work, "dangol erase"):
            yield
    except WorkError as error:
        raise ErasureError(f"Nothing more was erased: {error}") from None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
