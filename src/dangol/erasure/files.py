"""The people's rows and lines in files: published ones, dbt's, logs; and the search by bytes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy

from dangol.destinations import DESTINATIONS, FormatError, read_rows, write_rows
from dangol.erasure.tombstones import ErasureError, replace_file
from dangol.publishing.publication import as_json, described, sha256_of

CHUNK_BYTES = 16 << 20
KEY_BYTES = 4
"""A search looks for the first bytes of every text at once, then at the rest."""

ASIDE = ".erasing"
"""Ending of a file that is to take the place of the one without it."""

KINDS = ("members", "additions", "removals")
"""Kinds of files of a publication, with which their names begin."""

Named = Callable[[Sequence[Mapping[str, str]], date | None], set[int]]
"""(rows of an export, column to text; the day that they describe): those about the people."""


@dataclass(frozen=True)
class FileChange:
    """What happened to a file or a folder.

    Args:
        path: the file.
        rows: rows or lines that are gone; None: the file itself is.
    """

    path: Path
    rows: int | None


class ByteSearch:
    """Counts texts in files of any size, all at once.

    Args:
        texts: what to look for, in UTF-8, each of at least six characters.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = sorted({text.encode() for text in texts})
        self._longest = max(map(len, self._words), default=KEY_BYTES)
        keys = numpy.array(
            [int.from_bytes(word[:KEY_BYTES], "little") for word in self._words], dtype="<u4"
        )
        self._keys = numpy.unique(keys)
        self._first = numpy.zeros(1 << 16, dtype=bool)
        self._first[(self._keys & 0xFFFF).astype(int)] = True
        self._by_key: dict[bytes, list[bytes]] = {}
        for word in self._words:
            self._by_key.setdefault(word[:KEY_BYTES], []).append(word)

    def count(self, path: Path, *, whole_words: bool) -> int:
        """Return how many times the texts stand in a file.

        Args:
            path: the file.
            whole_words: not inside a longer word, as a text file has them; in a database file
                values follow each other without anything between.
        """
        return sum(1 for _ in self._found(path, whole_words))

    def is_in(self, line: bytes) -> bool:
        """Whether one of the texts stands in a line as a whole word."""
        return any(True for _ in self._in(line, 0, len(line), True))

    def _found(self, path: Path, whole_words: bool) -> Iterator[bytes]:
        if not self._words:
            return
        with path.open("rb") as file:
            carried, begin, block = b"", 0, b"-"
            while block:
                block = file.read(CHUNK_BYTES)
                content = carried + block
                # a byte more than the longest text, to see what follows it
                end = max(len(content) - self._longest - 1, begin) if block else len(content)
                yield from self._in(content, begin, end, whole_words)
                kept = max(end - 1, 0)
                carried, begin = content[kept:], end - kept

    def _in(self, content: bytes, begin: int, end: int, whole_words: bool) -> Iterator[bytes]:
        """Yield the texts that begin in a part of the content."""
        places = self._places(content)
        for place in places[(places >= begin) & (places < end)].tolist():
            for word in self._by_key.get(content[place : place + KEY_BYTES], ()):
                if content.startswith(word, place) and not (
                    whole_words and _is_part(content, place, place + len(word))
                ):
                    yield word
                    break

    def _places(self, content: bytes) -> Any:
        """Return where the first bytes of a text stand, ascending."""
        data = numpy.frombuffer(content, dtype=numpy.uint8)
        if len(data) < KEY_BYTES:
            return numpy.zeros(0, dtype=int)
        pairs = data[:-1].astype(numpy.uint16) | (data[1:].astype(numpy.uint16) << 8)
        likely = numpy.flatnonzero(self._first[pairs[:-2]])
        wanted = pairs[likely].astype(numpy.uint32) | (pairs[likely + 2].astype(numpy.uint32) << 16)
        return likely[numpy.isin(wanted, self._keys)]


def _is_part(content: bytes, begin: int, end: int) -> bool:
    """Whether what stands there is part of a longer word, or of a longer e-mail address."""
    before, after = content[begin - 1 : begin] if begin else b"", content[end : end + 1]
    inside = re.compile(rb"[0-9A-Za-z]")
    if inside.match(after):
        return True
    if b"@" in content[begin:end]:
        return bool(re.match(rb"[0-9A-Za-z._+-]", before))
    return bool(inside.match(before))


def read_manifests(out: Path) -> dict[Path, dict[str, Any]]:
    """Return the manifests of all publications, by their paths.

    Raises:
        ErasureError: one is not as it was written, so that its files cannot be told apart.
    """
    manifests = {}
    for path in sorted((out / "publications").glob("*/manifest.json")):
        try:
            manifest = json.loads(path.read_text("utf-8"))
            for entry in manifest["destinations"].values():
                for file in entry["files"]:
                    _ = (file["name"], file["kind"], file["rows"], file["sha256"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ErasureError(
                f"Nothing was erased. {path} cannot be read, so that nobody can be taken out of"
                f" the files that it tells of ({type(error).__name__}: {error}). Put a good copy"
                f" back, or remove {path.parent} and publish again; then run the same command."
            ) from None
        manifests[path] = manifest
    return manifests


def erase_publications(out: Path, find_named: Named, people: int, note: str) -> list[FileChange]:
    """Take the rows about the people out of every publication; counts and hashes follow.

    The new files are written aside, then the manifest that tells of them, then they take their
    places: what a crash leaves behind, the next run ends.

    Args:
        out: the folder of publications, locked.
        find_named: finds the rows about the people.
        people: how many they are.
        note: what the manifest says of it.

    Raises:
        ErasureError: a manifest is not as it was written.
    """
    changes = []
    for manifest_path, manifest in read_manifests(out).items():
        folder = manifest_path.parent
        _finish(folder, manifest)
        is_changed = False
        try:
            for name, entry in manifest["destinations"].items():
                if name not in DESTINATIONS:
                    continue
                day = _day_of(str(entry.get("carried_over_from") or folder.name))
                gone = _erase_destination(folder / name, name, entry, find_named, day)
                changes += gone
                rows = {
                    kind: sum(file["rows"] for file in entry["files"] if file["kind"] == kind)
                    for kind in KINDS
                }
                if gone:
                    dropped = entry["rows"] - rows["members"]
                    entry["people"] = max(0, entry["people"] - min(people, dropped))
                    entry["rows"] = rows["members"]
                    entry["added"], entry["removed"] = rows["additions"], rows["removals"]
                is_changed = is_changed or bool(gone)
            if is_changed:
                if note not in manifest["notes"]:
                    manifest["notes"].append(note)
                replace_file(manifest_path, as_json(manifest).encode(), 0o600)
        except BaseException:
            _finish(folder, json.loads(manifest_path.read_text("utf-8")))
            raise
        _finish(folder, manifest)
    return changes


def _day_of(publication: str) -> date | None:
    """Return the day that a publication describes, with which its id begins."""
    try:
        return date.fromisoformat(publication[:10])
    except ValueError:
        return None


def _finish(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Make the files those that the manifest tells of, after this run or one that was killed.

    Files aside that it tells of take their places; the others go, and files that it no longer
    tells of.
    """
    for path in folder.glob(f"*/*{ASIDE}"):
        name = path.name.removesuffix(ASIDE)
        entry = manifest["destinations"].get(path.parent.name, {"files": []})
        hashes = [file["sha256"] for file in entry["files"] if file["name"] == name]
        if path.is_dir():
            shutil.rmtree(path)
        elif hashes == [sha256_of(path)]:
            path.replace(path.with_name(name))
        else:
            path.unlink()
    for destination, entry in manifest["destinations"].items():
        names = {file["name"] for file in entry["files"]}
        for kind in KINDS:
            for path in (folder / destination).glob(f"{kind}*"):
                if path.name not in names:
                    path.unlink()


def _erase_destination(
    folder: Path,
    name: str,
    entry: dict[str, Any],
    find_named: Named,
    day: date | None,
) -> list[FileChange]:
    """Write the files of a destination aside without the people; change what is said of them."""
    changes = []
    files: list[dict[str, Any]] = []
    for kind in KINDS:
        listed = [file for file in entry["files"] if file["kind"] == kind]
        paths = [folder / file["name"] for file in listed if (folder / file["name"]).exists()]
        try:
            rows = read_rows(name, paths)
        except FormatError:  # not ours any more: the search says what is left in it
            files += listed
            continue
        named = find_named(rows, day)
        kept = [row for number, row in enumerate(rows) if number not in named]
        if len(kept) == len(rows):
            files += listed
            continue
        changes.append(
            FileChange(folder / f"{kind}{DESTINATIONS[name].suffix}", len(rows) - len(kept))
        )
        aside = folder / f".{kind}{ASIDE}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for path in write_rows(name, [dict(row) for row in kept], aside, kind):
            files.append(described(name, kind, path))
            path.replace(folder / f"{path.name}{ASIDE}")
        aside.rmdir()
    entry["files"] = files
    return changes


def clean_folder(
    folder: Path, search: ByteSearch, *, lines: bool, skip: Collection[Path] = ()
) -> list[FileChange]:
    """Remove the files of a folder that name the people, or their lines from logs.

    Args:
        folder: a folder whose files are made again when they are needed.
        search: finds the texts.
        lines: take the lines out and keep the rest of the file.
        skip: files that stay.
    """
    changes = []
    for path in files_in([folder]):
        if path in skip or not search.count(path, whole_words=True):
            continue
        if not lines:
            path.unlink()
            changes.append(FileChange(path, None))
            continue
        kept, gone = [], 0
        for line in path.read_bytes().splitlines(keepends=True):
            if search.is_in(line):
                gone += 1
            else:
                kept.append(line)
        replace_file(path, b"".join(kept), path.stat().st_mode & 0o777)
        changes.append(FileChange(path, gone))
    return changes


def files_in(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that are, or lie in, the places, sorted; links are not followed."""
    for place in places:
        if place.is_file() and not place.is_symlink():
            yield place
        elif place.is_dir() and not place.is_symlink():
            yield from files_in(sorted(place.iterdir()))
