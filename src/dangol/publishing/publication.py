"""Publications on disk: written aside, hashed, switched in one step; the last one stays whole.

    OUT/current                                       -> publications/<id>
    OUT/publications/<id>/manifest.json               written last
    OUT/publications/<id>/<destination>/members.*     everybody, in parts where a limit asks for it
    OUT/publications/<id>/<destination>/additions.*   new or changed against the last publication
    OUT/publications/<id>/<destination>/removals.*    in the last publication, and gone
    OUT/data_docs/<id>/<destination>/                 what the gate looked at

`additions.csv` goes on in `additions-2.csv` and so on. Whoever follows the publications takes the
removals out by the destination's key and puts the additions in.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dangol.destinations import DESTINATIONS, FormatError, read_rows, write_rows
from dangol.progress import one_line
from dangol.publishing.basis import RefusedError
from dangol.workplace import write_out

STEMS = ("members", "additions", "removals")

Row = dict[str, str]
Entry = dict[str, Any]
"""What a manifest says of one destination."""

Judge = Callable[[str, Sequence[Path], int, Path], list[str]]
"""(destination, files of members, rows expected, folder for the data docs): what is wrong."""


@dataclass(frozen=True)
class Audience:
    """What one destination is to get.

    Args:
        destination_id: a key of `DESTINATIONS`.
        rows: the rows of its export table, in a fixed order.
        people: how many people they are about.
        min_people: fewer people than this are not published; nobody at all is.
        cost: estimated cost of sending what the file asks for, as text; None: it sends nothing.
    """

    destination_id: str
    rows: Sequence[Mapping[str, Any]]
    people: int
    min_people: int = 1
    cost: str | None = None


@dataclass(frozen=True)
class Publication:
    """A publication whose files are those that its manifest names, byte for byte."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Its name, by which it is sorted too."""
        return str(self.manifest["id"])

    def members(self, destination_id: str) -> list[Row] | None:
        """Return the rows that a destination was given in full; none where it got no file.

        None: they are not known. The publication lacks the destination, which an earlier one may
        have had, or it has other columns now, so that its rows cannot be told from new ones.
        """
        entry = self.manifest["destinations"].get(destination_id)
        if entry is None:
            return None
        folder = self.folder / destination_id
        paths = [folder / file["name"] for file in entry["files"] if file["kind"] == "members"]
        try:
            rows = read_rows(destination_id, paths)
        except FormatError:
            return None
        headers = set(DESTINATIONS[destination_id].headers)
        return rows if all(row.keys() == headers for row in rows) else None


@contextmanager
def private() -> Iterator[None]:
    """Let nobody but the owner read what is written."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder of publications, so that one export at a time writes to it.

    Raises:
        RefusedError: another export holds it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise RefusedError(
                f"Another export is writing to {out} (process {holder}). Wait until it ends."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def last_publication(out: Path) -> tuple[Publication | None, str | None]:
    """Return the current publication, and why there is none to build on where that is odd.

    Raises:
        RefusedError: in the place of the link to it stands what no export has put there.
    """
    link = out / "current"
    if not link.is_symlink():
        if link.exists():
            raise RefusedError(
                f"{link} is not the link to a publication that an export makes, but a file or"
                " folder of its own. Move it away, or choose another OUT."
            )
        return None, None
    folder = link.resolve()
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        for destination_id, entry in manifest["destinations"].items():
            for file in entry["files"]:
                path = folder / destination_id / file["name"]
                if sha256_of(path) != file["sha256"]:
                    raise ValueError(f"{path.name} of {destination_id} was changed")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return None, (
            f"The last publication, {folder.name}, is not as it was written ({error}): all members"
            " count as additions, and there are no removals."
        )
    return Publication(folder, manifest), None


def next_id(out: Path, as_of: str) -> str:
    """Return the id of the next publication: the as-of day and a number."""
    numbers = [
        int(folder.name.removeprefix(f"{as_of}-"))
        for folder in (out / "publications").glob(f"{as_of}-*")
        if re.fullmatch(r"\d+", folder.name.removeprefix(f"{as_of}-"))
    ]
    return f"{as_of}-{max(numbers, default=0) + 1:03}"


def stage(
    audiences: Sequence[Audience], last: Publication | None, folder: Path, docs: Path, judge: Judge
) -> dict[str, Entry]:
    """Write the files of destinations into a folder and judge them.

    Args:
        audiences: what each destination gets.
        last: the publication that additions and removals are counted from.
        folder: an empty folder.
        docs: folder for the data docs of the gate.
        judge: says what is wrong with the members of a destination.

    Returns:
        What the manifest says of each destination.

    Raises:
        RefusedError: a file is not what its destination takes.
    """
    entries = {}
    failures = []
    for audience in audiences:
        name = audience.destination_id
        place = folder / name
        place.mkdir(parents=True)
        is_withheld = 0 < min(audience.people, len(audience.rows)) < audience.min_people
        members: list[Path] = []
        if not is_withheld:
            try:
                members = write_rows(name, [dict(row) for row in audience.rows], place, "members")
            except FormatError as error:
                failures.append(f"{name}: {error}")
                continue
            found = judge(name, members, len(audience.rows), docs / name)
            failures += [f"{name}: {text}" for text in found]
        if failures:
            continue
        before = last.members(name) if last else []
        rows = read_rows(name, members) if members else []
        additions, removals = changes(name, before or [], rows)
        paths = {
            "members": members,
            "additions": write_rows(name, additions, place, "additions"),
            "removals": write_rows(name, removals, place, "removals"),
        }
        entries[name] = {
            "status": "withheld" if is_withheld else "published",
            "people": 0 if is_withheld else audience.people,
            "rows": len(rows),
            "added": len(additions),
            "removed": len(removals),
            "cost": None if is_withheld else audience.cost,
            "files": [
                described(name, kind, path) for kind, written in paths.items() for path in written
            ],
        }
        if last and before is None:
            is_missing = name not in last.manifest["destinations"]
            entries[name]["reset"] = (
                f"the last publication, {last.id}, did not have it"
                if is_missing
                else "its columns are others than in the last publication"
            )
        if is_withheld:
            entries[name]["reason"] = (
                f"{audience.people} people are fewer than {audience.min_people}, the least that"
                " it may be given"
            )
    if failures:
        raise RefusedError("\n".join(["Files are not what their destinations take:", *failures]))
    return entries


def carry_over(last: Publication, destination_id: str, folder: Path) -> Entry:
    """Take the files of a destination over from the last publication, as they are."""
    entry: Entry = last.manifest["destinations"][destination_id]
    place = folder / destination_id
    place.mkdir(parents=True)
    for file in entry["files"]:
        source, copy = last.folder / destination_id / file["name"], place / file["name"]
        try:
            copy.hardlink_to(source)
        except OSError:  # a file system without hard links
            shutil.copyfile(source, copy)
    return {**entry, "carried_over_from": entry.get("carried_over_from", last.id)}


def changes(
    destination_id: str, before: Sequence[Row], after: Sequence[Row]
) -> tuple[list[Row], list[Row]]:
    """Return the rows that are new or changed, and those whose key is gone.

    Raises:
        RefusedError: two rows have the same key, so that nobody could tell which one holds.
    """
    old, new = _by_key(destination_id, before), _by_key(destination_id, after)
    additions = [row for key, row in new.items() if old.get(key) != row]
    removals = [row for key, row in old.items() if key not in new]
    return additions, removals


def _by_key(destination_id: str, rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
    columns = DESTINATIONS[destination_id].key
    keyed = {tuple(row[column] for column in columns): row for row in rows}
    if len(keyed) < len(rows):
        raise RefusedError(
            f"{destination_id}: {len(rows) - len(keyed)} rows have the same {', '.join(columns)} as"
            " another row."
        )
    return keyed


def publish_folder(
    out: Path,
    staging: Path,
    manifest: Mapping[str, Any],
    docs: Path,
    last_call: Callable[[], None] = lambda: None,
) -> str | None:
    """Write the manifest, make the staged folder a publication, and the current one.

    Args:
        out: folder of publications, locked.
        staging: the folder with everything but the manifest, in `out`/publications.
        manifest: what was published.
        docs: folder of all data docs.
        last_call: called before the step that publishes; what it raises prevents that.

    Returns:
        What went wrong after that step, when all was published, in a sentence; else None.

    Raises:
        OSError: something cannot be written; the publication before is the current one.
    """
    (staging / "manifest.json").write_text(as_json(manifest), "utf-8")
    for path in sorted(staging.rglob("*"), reverse=True):
        write_out(path)
    write_out(staging)
    publications = staging.parent
    link = out / "current"
    former = link.readlink().name if link.is_symlink() else None
    staging.rename(publications / manifest["id"])
    write_out(publications)
    switch = out / f".current-{manifest['id']}"
    switch.unlink(missing_ok=True)
    switch.symlink_to(Path(publications.name) / manifest["id"])
    last_call()
    switch.replace(link)
    try:
        write_out(out)
        for folder in [*publications.iterdir(), *docs.glob("*")]:  # the one before this stays
            if _is_publication(folder) and folder.name not in (manifest["id"], former):
                shutil.rmtree(folder)
    except OSError as error:
        return (
            f"All was published, but older publications could not be removed from {out}"
            f" ({one_line(str(error))}). They hold personal data: remove them by hand."
        )
    return None


def _is_publication(path: Path) -> bool:
    """Return whether a path is a folder with a publication's own name; others are not ours."""
    is_named = re.fullmatch(r"\d{4}-\d\d-\d\d-\d{3,}", path.name, re.ASCII)
    return is_named is not None and path.is_dir() and not path.is_symlink()


def remove_leftovers(out: Path) -> None:
    """Remove what a killed export left behind; the current publication is never among it."""
    for folder in (out / "publications").glob(".staging-*"):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
    for link in out.glob(".current-*"):
        if link.is_symlink():
            link.unlink()


def as_json(content: Mapping[str, Any]) -> str:
    """Return JSON for people and programs: sorted keys, Hangul as it is."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def described(destination_id: str, kind: str, path: Path) -> dict[str, Any]:
    """Return what a manifest says of a file. kind: members, additions or removals."""
    return {
        "name": path.name,
        "kind": kind,
        "rows": len(read_rows(destination_id, [path])),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
    }


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
