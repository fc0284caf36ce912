"""Build beside the warehouse and publish in one step, so that no reader meets a half-built file.

A build works on a copy in the folder `<WAREHOUSE>.work`, and the copy takes the place of the file
when everything is green. The folder holds `lock` (one build at a time), the copy, and `spill/`
(what does not fit into memory). After a failure the copy stays there for whoever wants to look;
the next build replaces it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

import duckdb

from dangol.progress import one_line
from dangol.quoting import literal
from dangol.settings import Settings

LOCK = "lock"
KEPT_RUNS = "runs.duckdb"
"""History of runs whose copy is gone already, until the next copy holds it."""
CLONE = 0x40049409
"""Linux's FICLONE: the file system lets two files share their blocks (Btrfs, XFS)."""


class WorkError(Exception):
    """The build cannot begin, or its result cannot be published. The message says why."""


@dataclass(frozen=True)
class Workplace:
    """The paths of a build.

    Args:
        published: the file that readers open, links followed.
        folder: the work folder beside it.
        copy: the file that the build writes.
        spill: the folder for what does not fit into memory.
    """

    published: Path
    folder: Path
    copy: Path
    spill: Path

    @classmethod
    def of(cls, settings: Settings, root: Path) -> Workplace:
        """Return the paths of a build with these choices of the project in a folder.

        The copy has the name of the warehouse, so that its catalogue has the same name.
        """
        warehouse = root / settings.warehouse
        published = warehouse.resolve() if warehouse.is_symlink() else warehouse
        folder = published.with_name(f"{published.name}.work")
        spill = folder / "spill"
        if settings.spill_folder:  # two builds must not write to the same one
            name = hashlib.sha256(str(published.resolve()).encode()).hexdigest()[:12]
            spill = root / settings.spill_folder / f"dangol-{name}"
        return cls(published, folder, folder / warehouse.name, spill)

    def settings(self, settings: Settings) -> Settings:
        """Return the choices with which dbt works on the copy."""
        return replace(settings, warehouse=str(self.copy), spill_folder=str(self.spill))


@contextmanager
def held(folder: Path, command: str) -> Iterator[None]:
    """Hold the lock of a folder, which is made where there is none.

    The operating system lets go of the lock when the process ends, however it ends, so the file
    `lock` may stay: it only tells who holds it.

    Args:
        folder: what is locked.
        command: what others are told is going on here.

    Raises:
        WorkError: another process holds it; the message names the process.
    """
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("ab+", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = one_line(lock.read().decode()) or "a process that has only just begun"
            raise WorkError(
                f"another build is at work here: {holder}. Wait until it ends, or end it; readers"
                f" are not disturbed by it. (The lock is {folder / LOCK}.)"
            ) from None
        now = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
        with suppress(OSError):  # a full disk has space again when the work folder is cleared
            lock.truncate(0)
            lock.write(f"process {os.getpid()},\n`{command}`,\nsince {now}\n".encode())
        try:
            yield
        finally:
            lock.truncate(0)


@contextmanager
def working(place: Workplace, command: str, say: Callable[[str], None] = print) -> Iterator[bool]:
    """Prepare a copy of the warehouse to build on, and keep others from changing the warehouse.

    Args:
        place: the paths; there may be no warehouse yet.
        command: what others are told is going on.
        say: takes a line for the person who waits.

    Returns:
        Whether this is the first build: there is no warehouse yet.

    Raises:
        WorkError: another build is going on, another program writes to the warehouse, it is no
            DuckDB file, or the copy has no place on the disk.
    """
    with _explained(place), held(place.folder, command):
        write_ahead_log_into(place.published)
        with _unchanged(place.published) as published:
            _make_copy(published, place, say)
            yield published is None


def publish(place: Workplace, is_first: bool = False) -> None:
    """Put the copy in the place of the warehouse, whole and on the disk, in one step.

    Who has the old file open goes on reading it; who opens the file from now on reads the new one.

    Args:
        place: the paths.
        is_first: there was no warehouse when the copy was made.

    Raises:
        WorkError: the copy cannot be written out, or would replace what it does not hold.
    """
    with _explained(place):
        try:
            with duckdb.connect(str(place.copy)) as connection:
                connection.execute("checkpoint")
        except duckdb.Error as error:
            reason = one_line(str(error))
            if "No space left on device" in reason:
                reason = full_disk(place)
            raise WorkError(
                f"every model and test was green, but {place.copy} could not be written out, so"
                f" nothing was published: {reason}"
            ) from None
        for log in (_log_of(place.copy), _log_of(place.published)):
            if log.exists():  # its changes would be made again, to a file that has them
                raise WorkError(f"{log} is there against all rules; nothing was published.")
        if is_first and place.published.exists():
            raise WorkError(
                f"another program has made {place.published} during the build; nothing was"
                " published, so that nothing in it is lost. Build again."
            )
        write_out(place.copy)
        place.copy.replace(place.published)
        write_out(place.published.parent)
        _clear(place)


def holder_of(warehouse: Path) -> str | None:
    """Return why the DuckDB file cannot be read now, in plain words; None when it can.

    Other readers are no reason; a program that writes to the file is one.
    """
    if not warehouse.is_file():
        return None
    try:
        duckdb.connect(str(warehouse), read_only=True).close()
    except duckdb.Error as error:
        return _reason(warehouse, error)
    return None


def write_ahead_log_into(warehouse: Path) -> None:
    """Write into the file what a program that ended badly has left in the log beside it.

    The file alone is then all there is, and may be copied and replaced: DuckDB would apply a log
    that is left behind to the new file too, where its changes are already.

    Raises:
        WorkError: the file is in use or no DuckDB file.
    """
    reason = holder_of(warehouse)
    if reason:
        raise WorkError(reason)
    if not _log_of(warehouse).exists():
        return
    try:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise WorkError(
            f"a program that ended badly has left changes in {_log_of(warehouse)}, and they cannot"
            f" be written into the file now. {_reason(warehouse, error)}"
        ) from None


def _reason(warehouse: Path, error: duckdb.Error) -> str:
    """Return in plain words why DuckDB cannot open a file."""
    found = re.search(r"held in (.*?) \(PID (\d+)\)", str(error))
    if found:
        return (
            f"{warehouse} is in use by another program: {found[1]} (process {found[2]})."
            " Wait until it ends, or close it there; readers should open the file read-only."
        )
    return f"{warehouse} cannot be opened as a DuckDB file: {one_line(str(error))}"


@contextmanager
def _unchanged(warehouse: Path) -> Iterator[BinaryIO | None]:
    """Keep other programs from writing to the file; they get DuckDB's own message about locks.

    This is the lock that a reader of the file takes (POSIX, shared). It ends as soon as this
    process closes the file, however often it is open, so nothing else here may open it meanwhile.

    Returns:
        The open file; None where there is none.
    """
    if not warehouse.exists():
        yield None
        return
    with warehouse.open("rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise WorkError(holder_of(warehouse) or f"{warehouse} cannot be locked: {error}") from (
                None
            )
        yield file


def _make_copy(published: BinaryIO | None, place: Workplace, say: Callable[[str], None]) -> None:
    """Copy the warehouse into the work folder, with the history of the runs that failed there.

    What an earlier build has left in the folder goes first: there may be no space for both.
    """
    kept = place.folder / KEPT_RUNS
    with _Runs() as runs:
        for file in (kept, place.copy):
            problem = runs.take(file)
            if problem:
                say(f"  The history of failed builds in {file} cannot be read: {problem}")
        runs.save(kept)
        _clear(place, but=KEPT_RUNS)
        runs.save(kept)
        if published is not None:
            coming = place.folder / "coming"
            _copy_file(published, coming)
            coming.rename(place.copy)
        runs.give(place.copy)
        kept.unlink(missing_ok=True)


def _clear(place: Workplace, but: str = LOCK) -> None:
    """Remove all but the lock, and one other file, from the work folder."""
    for item in place.folder.iterdir():
        if item.name in (LOCK, but):
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
    shutil.rmtree(place.spill, ignore_errors=True)


def _copy_file(source: BinaryIO, target: Path) -> None:
    """Copy an open file; where the file system can, by sharing its blocks.

    Raises:
        WorkError: the disk has no place for it.
        OSError: the disk was filled meanwhile. Either leaves no part of the copy.
    """
    try:
        with target.open("wb") as writing:
            os.fchmod(writing.fileno(), os.fstat(source.fileno()).st_mode & 0o777)
            try:
                fcntl.ioctl(writing, CLONE, source.fileno())
                return
            except OSError:
                pass  # the usual case: the file system cannot
            needed = os.fstat(source.fileno()).st_size
            free = shutil.disk_usage(target.parent).free
            if needed > free:
                raise WorkError(
                    f"the disk of {target.parent} has too little space: a build works on a copy of"
                    f" the warehouse, which needs {_megabytes(needed)}, and {_megabytes(free)} are"
                    " free."
                )
            shutil.copyfileobj(source, writing, 16 * 1024 * 1024)
    except (OSError, WorkError):
        target.unlink(missing_ok=True)
        raise


class _Runs:
    """Carries the history of runs from a copy that was not published into the next one.

    It is taken from all tables of the schema `quality` that have a column invocation_id. The status
    of such a run becomes `discarded`: what it did is in no file that is read.
    """

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._definitions: dict[str, str] = {}
        self._is_saved = False

    def __enter__(self) -> _Runs:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def take(self, file: Path) -> str | None:
        """Read the history in a DuckDB file, if there is one; return why that cannot be done."""
        if not file.exists():
            return None
        try:
            with self._attached(file, "(read_only)") as definitions:
                for table, definition in definitions.items():
                    if table not in self._definitions:
                        self._connection.execute("create schema if not exists quality")
                        self._connection.execute(definition)
                        self._definitions[table] = definition
                    self._insert(f"other.quality.{table}", f"quality.{table}")
        except duckdb.Error as error:
            return one_line(str(error))
        return None

    def save(self, file: Path) -> None:
        """Write what was read to a file of its own, once, unless the disk has no space."""
        if self._is_saved or not self._definitions:
            return
        coming = file.with_name("coming")
        coming.unlink(missing_ok=True)
        try:
            self._write(coming)
        except duckdb.Error:
            coming.unlink(missing_ok=True)
            _log_of(coming).unlink(missing_ok=True)
            return
        coming.rename(file)
        self._is_saved = True

    def give(self, copy: Path) -> None:
        """Add the runs that a copy of the warehouse does not know to its history."""
        if not self._definitions:
            return
        for table in self._definitions:
            if "status" in self._columns("memory", table):
                self._connection.execute(f"update quality.{table} set status = 'discarded'")
        try:
            self._write(copy)
        except duckdb.Error as error:
            if "No space left on device" in str(error):
                raise OSError(errno.ENOSPC, str(error)) from None
            raise WorkError(f"{copy} cannot be written: {one_line(str(error))}") from None

    def _write(self, file: Path) -> None:
        """Add what was read to the tables of a DuckDB file; make those that are missing."""
        with self._attached(file) as there:
            for table, definition in self._definitions.items():
                if table not in there:
                    self._connection.execute("use other")
                    self._connection.execute("create schema if not exists quality")
                    self._connection.execute(definition)
                    self._connection.execute("use memory")
                self._insert(f"quality.{table}", f"other.quality.{table}")

    def _insert(self, source: str, target: str) -> None:
        """Insert the runs of a table that the other one lacks; columns that both have."""
        table = source.rpartition(".")[2]
        columns = sorted(self._columns("memory", table) & self._columns("other", table))
        listed = ", ".join(columns)
        self._connection.execute(
            f"insert into {target} ({listed}) select {listed} from {source}"
            f" where invocation_id not in (select invocation_id from {target})"
        )

    def _columns(self, database: str, table: str) -> set[str]:
        rows = self._connection.execute(
            "select column_name from duckdb_columns()"
            " where database_name = ? and schema_name = 'quality' and table_name = ?",
            [database, table],
        ).fetchall()
        return {str(row[0]) for row in rows}

    @contextmanager
    def _attached(self, file: Path, options: str = "") -> Iterator[dict[str, str]]:
        """Attach a file as `other`; give the SQL that made each of its tables of runs."""
        self._connection.execute(f"attach {literal(file)} as other {options}")
        try:
            yield dict(
                self._connection.execute(
                    "select tables.table_name, tables.sql from duckdb_tables() as tables"
                    " inner join duckdb_columns() as columns"
                    " using (database_name, schema_name, table_name)"
                    " where database_name = 'other' and schema_name = 'quality'"
                    " and columns.column_name = 'invocation_id'"
                ).fetchall()
            )
        finally:
            self._connection.execute("use memory")
            self._connection.execute("detach other")


def _log_of(file: Path) -> Path:
    """Return where DuckDB keeps changes that are not in the file yet."""
    return file.with_name(f"{file.name}.wal")


def write_out(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


@contextmanager
def _explained(place: Workplace) -> Iterator[None]:
    """Say in plain words that the disk is full, or that the folder may not be written to."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise WorkError(full_disk(place)) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise WorkError(
                f"a build works in {place.folder}, and this may not be: {error}"
            ) from None
        raise


def tell_shortage(failures: list[str], place: Workplace, memory: str) -> list[str]:
    """Return the failures of a build, or one that says that disk or memory were too small.

    A full disk makes one model fail, and then all that come after it, each with its own message.
    """
    advice = {
        "No space left on device": full_disk(place),
        "max_temp_directory_size": (
            f"there is no space on the disk for what does not fit into MEMORY ({memory});"
            f" {_free(place)}. Make space, raise MEMORY, or give a SPILL_FOLDER on a larger disk."
        ),
        "Out of Memory Error": f"MEMORY ({memory}) is too small: raise it, or lower THREADS.",
    }
    for sign, told in advice.items():
        first = next((failure for failure in failures if sign in failure), None)
        if first is not None:
            told = f"{told[0].upper()}{told[1:]} The first failure, from which others may follow:"
            return [f"{told}\n{first}"]
    return failures


def full_disk(place: Workplace) -> str:
    """Return the message about a full disk."""
    return f"the disk is full; {_free(place)}."


def _free(place: Workplace) -> str:
    """Return how much is free where the build writes."""
    folders = {place.folder: None, place.spill.parent: None}
    told = (f"{_megabytes(shutil.disk_usage(folder).free)} in {folder}" for folder in folders)
    return f"free now: {', '.join(told)}"
