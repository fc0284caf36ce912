"""Erase people: out of the warehouse, published files, target/ and logs/, and out of replays.

What could stop the run is looked at first, and the locks of builds and exports are taken: until the
tombstones are written nothing has changed. Then the order makes a crash harmless. Tombstones come
first, so that no build brings anybody back; then the files; the warehouse, by which a person is
found, comes last and in one step. Whatever a killed run left undone, the same command does.
"""

from __future__ import annotations

import csv
import errno
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
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
    read_manifests,
)
from dangol.erasure.person import FOUND, Found, find
from dangol.erasure.published import NamedRows
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
from dangol.publishing.basis import RefusedError
from dangol.publishing.publication import locked, private, remove_leftovers
from dangol.quoting import literal
from dangol.settings import Settings
from dangol.workplace import WorkError, Workplace, held, write_out

COPY = """
import os, sys, duckdb
old, new, spill = sys.argv[1:]
with duckdb.connect() as connection:
    connection.execute(f"set temp_directory = {spill}")
    if os.environ.get("MEMORY"):
        connection.execute("set memory_limit = $1", [os.environ["MEMORY"]])
    connection.execute(f"attach {old} as old (read_only)")
    named = "from duckdb_databases() select tags['storage_version'] where database_name = 'old'"
    version = connection.execute(named).fetchone()[0].rstrip("+")
    connection.execute(f"attach {new} as new (storage_version '{version}')")
    connection.execute("copy from database old to new")
"""
"""A program that copies a database file; its arguments are SQL literals: from, to, spill folder."""

NAMES_OF_COLUMNS = frozenset(
    (
        *("customer", "customer id", "customerid", "customer-id", "id", "identifier", "name"),
        *("user", "user id", "userid", "user-id", "user_id", "member_id", "member", "cust id"),
        *("cust_id", "uid", "account_id", "login_id", "username"),
        *("email", "e-mail", "email_address", "phone", "phone_e164", "phone_number", "mobile"),
        *("contact", "anonymous_id", "device_id", "push_token", "order_id", "external_id"),
        *("고객번호", "고객id", "고객 id", "아이디", "이름"),
        *("이메일", "전화번호", "휴대폰", "연락처"),
    )
)
"""Headers of lists that people may give instead of customer_id, in lower case: nobody's names."""

WORK_FILES = ("lock", "runs.duckdb")
"""What stays in the work folder of a build: the lock, and the history of runs."""

UNFINISHED = (
    "Not everything was erased. The tombstones are written, so that no build brings these people"
    " back; run the same command again for the rest, before the next build."
)


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
        spill_folder: where builds write what does not fit into memory; None: in the work folder.
    """

    root: Path
    warehouse: Path
    out: Path
    target: Path
    logs: Path
    scratch: Path
    spill_folder: Path | None = None

    @classmethod
    def of(cls, settings: Settings, root: Path) -> Places:
        """Return the places of a project in a folder, with these choices."""
        place = Workplace.of(settings, root)
        return cls(
            root,
            place.published,
            root / settings.out,
            root / os.environ.get("DBT_TARGET_PATH", "target"),
            root / os.environ.get("DBT_LOG_PATH", "logs"),
            root / "artifacts" / "export",
            place.spill,
        )

    @property
    def work(self) -> Path:
        """The folder in which builds work."""
        return self.warehouse.with_name(f"{self.warehouse.name}.work")

    @property
    def spill(self) -> Path:
        """The folder of builds for what does not fit into memory."""
        return self.spill_folder or self.work / "spill"

    @property
    def own_spill(self) -> Path:
        """The same of this run."""
        return self.spill.with_name(f"{self.spill.name}-{os.getpid()}")

    @property
    def leftovers(self) -> list[Path]:
        """What builds, exports and erasures that were killed may have left, and nobody reads."""
        work = [path for path in _inside(self.work) if path.name not in WORK_FILES]
        spills = [self.warehouse.with_name(f"{self.warehouse.name}.tmp")]
        spills += sorted(self.spill.parent.glob(f"{self.spill.name}*"))
        scratch = [path for path in self._copies if not _is_at_work(path)]
        found = dict.fromkeys((*work, *spills, *scratch))
        return [path for path in found if path.exists() and path != self.own_spill]

    @property
    def at_work(self) -> list[Path]:
        """Private copies of exports that run now: each removes its own when it ends."""
        return [path for path in self._copies if _is_at_work(path)]

    @property
    def _copies(self) -> list[Path]:
        return [path for path in _inside(self.scratch) if path.name.startswith("scratch-")]

    @property
    def files(self) -> dict[str, list[Path]]:
        """Every file that is searched, by place."""
        name = self.warehouse.name
        work = [path for path in _inside(self.work) if path != self.own_spill]
        return {
            "warehouse": list(files_in([self.warehouse])),
            "WAL": list(files_in([self.warehouse.with_name(f"{name}.wal")])),
            "exports": list(files_in([self.out])),
            "target": list(files_in([self.target])),
            "logs": list(files_in([self.logs])),
            "work folders": list(files_in(dict.fromkeys([*work, *self.leftovers]))),
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
        at_work: private copies of exports that ran meanwhile, which were left alone.
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
    at_work: list[Path] = field(default_factory=list)
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
        names = [row[place].strip() if len(row) > place else "" for row in rows[1:]]
        if "" in names:
            row = ",".join(rows[1 + names.index("")])
            raise ErasureError(
                f"{path} has nothing in the column customer_id of {row!r}: give an identifier of"
                " the person there, or take the line out."
            )
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
        if set(";\t\r\n") & set(name):
            raise ErasureError(
                f"{path} has a semicolon, a tab or a line end in {name!r}, where one identifier"
                " should be: separate columns by commas, or give one identifier a line."
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
    with (
        _explained(places, "Nothing was erased."),
        held(places.work, "dangol erase"),
        private(),
        nullcontext() if dry_run else locked(places.out),
        _spilling(places),
        duckdb.connect() as connection,
    ):
        tombstones = read_tombstones(folder)
        read_manifests(places.out)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set temp_directory = {literal(places.own_spill)}")
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

        _check_space(connection, places)
        key = read_key(folder, tombstones, make=True)
        result.tombstones = tombstones.add(key, found.identifiers, erased_on)
        tombstones.write()
        say("Tombstones are written: no build brings these people back.")
        named_rows = NamedRows(connection, found, search, code, tombstones, key)
        with _explained(places, UNFINISHED):
            _erase_files(places, result, named_rows, search, erased_on)
            say("Published files, target/ and logs/ are done; the warehouse is written anew.")
            hidden: set[str] = set()
            if places.warehouse.is_file():
                result.tables, hidden = _replace_warehouse(connection, places, rules, found)
            result.hidden = len(hidden)
            result.after = _search(places, search, ByteSearch(found.texts - hidden))
            if places.warehouse.is_file():  # asked of the new file before it took the place
                result.after["warehouse (rows)"] = 0
    return result


def _check_space(connection: duckdb.DuckDBPyConnection, places: Places) -> None:
    """Stop before anything is changed where the warehouse cannot be written anew."""
    if not places.warehouse.is_file():
        return
    folder = places.warehouse.parent
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    sizes = connection.execute(
        "select used_blocks * block_size from pragma_database_size() where database_name = 'old'"
    ).fetchall()
    going = sum(
        path.stat().st_size
        for path in files_in(path for path in places.leftovers if path.is_relative_to(folder))
    )
    if sum(int(row[0]) for row in sizes) > shutil.disk_usage(folder).free + going:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _erase_files(
    places: Places, result: Result, named_rows: NamedRows, search: ByteSearch, erased_on: date
) -> None:
    """Take the people out of all files but the warehouse. result: is told what changed."""
    with _gate(places.scratch):
        for path in places.leftovers:
            _remove(path)
            result.files.append(FileChange(path, None))
        result.at_work = places.at_work
    remove_leftovers(places.out)
    note = (
        f"People were erased from these files on {erased_on}; costs and the counts of campaigns"
        " are from before."
    )
    people = len(result.found.people) + len(result.found.unknown)
    result.files += erase_publications(places.out, named_rows, people, note)
    for docs in sorted((places.out / "data_docs").glob("*/*")):
        if any(search.count(path, whole_words=True) for path in files_in([docs])):
            _remove(docs)
            result.files.append(FileChange(docs, None))
    folders = {change.path.parent.name for change in result.files}
    result.told = sorted(folders & DESTINATIONS.keys())
    result.files += clean_folder(places.target, search, lines=False)
    result.files += clean_folder(places.logs, search, lines=True)


def _open_warehouse(connection: duckdb.DuckDBPyConnection, places: Places, dry_run: bool) -> None:
    """Attach the warehouse read-only as `old`, which also keeps every writer away."""
    if not places.warehouse.is_file():
        return
    wal = places.warehouse.with_name(f"{places.warehouse.name}.wal")
    try:
        if wal.exists() and not dry_run:  # what it holds goes into the file, and it goes
            duckdb.connect(str(places.warehouse)).close()
        attach_file(connection, places.warehouse, "old")
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


def _replace_warehouse(
    connection: duckdb.DuckDBPyConnection, places: Places, rules: Rules, found: Found
) -> tuple[list[Change], set[str]]:
    """Put a new file without the people into the warehouse's place; attach it as `old`.

    Returns:
        What changed, and the identifiers that also stand inside values of others.
    """
    aside = places.work / f"{places.warehouse.stem}-erasing.duckdb"
    _remove_aside(aside)
    attach_file(connection, aside, "new", like="old")
    try:
        changes = rewrite(connection, "old", "new", rules)
        left = remaining(connection, "new", rules)
        if left:
            raise ErasureError(
                f"The new file still names them, in {', '.join(left)}; the warehouse is as it was."
            )
        hidden = parts_of_others(connection, "new", found.texts)
        connection.execute("use memory; detach new")
        _write_until_clean(aside, ByteSearch(found.texts - hidden), places.own_spill)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(places.warehouse.stat().st_mode & 0o777)
        aside.replace(places.warehouse)
        write_out(places.warehouse.parent)
    except BaseException:
        with suppress(duckdb.Error):  # a full disk may have ended its use already
            connection.execute("use memory; detach database if exists new")
        _remove_aside(aside)
        raise
    connection.execute("detach old")
    attach_file(connection, places.warehouse, "old")
    return changes, hidden


def _remove_aside(aside: Path) -> None:
    """Remove the new file that is being written, its log, and the copies of it."""
    for path in aside.parent.iterdir():
        if path.name.startswith(aside.stem):
            path.unlink()


def _write_until_clean(file: Path, search: ByteSearch, spill: Path) -> None:
    """Write a database file anew until no byte of the people is in it; three times at most.

    DuckDB writes whole blocks: what no row fills is what the memory held before, which may be a row
    of them. A process of its own has never read one.
    """
    again = file.with_name(f"{file.stem}-again.duckdb")
    for _ in range(3):
        if not search.count(file, whole_words=False):
            return
        again.unlink(missing_ok=True)
        command = [sys.executable, "-c", COPY, *map(literal, (file, again, spill))]
        copied = subprocess.run(command, capture_output=True, text=True, check=False)
        if copied.returncode != 0:
            reason = (copied.stderr.strip().splitlines() or ["it was killed"])[-1]
            raise ErasureError(
                f"The new file cannot be written once more; the warehouse is as it was. ({reason})"
            )
        again.replace(file)


@contextmanager
def _explained(places: Places, so_far: str) -> Iterator[None]:
    """Say in plain words why an erasure ended. so_far: what was done, and what to do."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (WorkError, RefusedError) as error:
        told = str(error)
        raise ErasureError(f"{so_far} {told[:1].upper()}{told[1:]}") from None
    except (OSError, duckdb.Error) as error:
        raise ErasureError(f"{so_far} {_reason(places, error)}") from error


def _reason(places: Places, error: OSError | duckdb.Error) -> str:
    """Return what an error means, and what to do about it."""
    told = (str(error).splitlines() or [type(error).__name__])[0]
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
        folder = places.warehouse.parent
        return (
            f"The disk of {folder} is full: {shutil.disk_usage(folder).free / 1e6:,.0f} MB are"
            " free, and an erasure needs as much as the warehouse has. Make space, then run the"
            " same command."
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"MEMORY, or the disk for what does not fit into it, is too small: {told}"
    if isinstance(error, PermissionError) or getattr(error, "errno", None) == errno.EROFS:
        return (
            f"{getattr(error, 'filename', None) or places.warehouse.parent} may not be written"
            f" to ({told}). Run this as a user who may, or change its rights."
        )
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} must be a folder, and is a file: move it away."
    return told


@contextmanager
def _spilling(places: Places) -> Iterator[None]:
    """Leave nothing of this run in its folder for what does not fit into memory."""
    try:
        yield
    finally:
        shutil.rmtree(places.own_spill, ignore_errors=True)


@contextmanager
def _gate(scratch: Path) -> Iterator[None]:
    """Let no export begin to make a private copy meanwhile."""
    if not scratch.is_dir():
        yield
        return
    with (scratch / ".lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _is_at_work(copy: Path) -> bool:
    """Whether the export that made a private copy still runs: it holds the lock in it."""
    lock = copy / ".lock"
    if not lock.is_file():
        return False
    with lock.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
