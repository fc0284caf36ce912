"""Publish the files of all destinations: opt-outs asked again, judged, switched in one step."""

from __future__ import annotations

import difflib
import fcntl
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from dangol import __version__
from dangol.build import ignore_stops, stoppable
from dangol.destinations import DESTINATIONS
from dangol.explained import place_and_reason
from dangol.progress import one_line
from dangol.publishing.basis import RefusedError
from dangol.publishing.contents import (
    active_destinations,
    describe_campaigns,
    read_audiences,
    shared_messages,
)
from dangol.publishing.publication import (
    Judge,
    Publication,
    carry_over,
    last_publication,
    locked,
    next_id,
    private,
    publish_folder,
    remove_leftovers,
    stage,
)
from dangol.publishing.recheck import Scratch, recheck
from dangol.publishing.report import report
from dangol.settings import Settings, UsageError

__all__ = ["RefusedError", "publish"]


def judge_members(
    destination_id: str, paths: Sequence[Path], row_count: int, docs: Path
) -> list[str]:
    """Return what great-expectations finds wrong with the files of a destination."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of great-expectations' own parts about each other
        from dangol.expectations import judge_files

        failures = judge_files(destination_id, list(paths), row_count=row_count, docs=docs)
    return [str(failure) for failure in failures]


def publish(
    settings: Settings,
    root: Path,
    now: datetime,
    *,
    judge: Judge = judge_members,
    say: Callable[[str], None] = print,
) -> None:
    """Publish what the last build planned, less whom it may no longer reach.

    Args:
        settings: checked choices: the warehouse, where to, which destinations, whether in earnest.
        root: the project folder; becomes the working folder.
        now: UTC, without a zone.
        judge: says what is wrong with the files of a destination.
        say: prints a line.

    Raises:
        RefusedError: nothing was published. The last publication is as it was.
        UsageError: a destination was asked for that does not exist or is not active.
        Stopped: it was asked to end; nothing was published either.
    """
    out = root / settings.out
    max_age_hours = int(settings.max_age_hours) if settings.max_age_hours else None
    only = settings.destinations.split(",") if settings.destinations else []
    is_dry = settings.dry_run is not None
    _check_destinations(only, sorted(DESTINATIONS))
    problem = None
    with (
        stoppable() as stop_if_asked,
        private(),
        _explained(out),
        _scratch_folder(root) as folder,
        nullcontext() if is_dry else locked(out),
    ):

        def last_call() -> None:
            stop_if_asked()
            ignore_stops()  # what is done must not be called undone

        last, note = last_publication(out)
        if not is_dry:
            remove_leftovers(out)
        say("Asking the newest opt-outs again and judging the files: a minute.")
        (folder / "again").mkdir()
        scratch = recheck(settings, root, folder / "again", now, max_age_hours)
        name = next_id(out, f"{scratch.basis.as_of}")
        staging = folder / name if is_dry else out / "publications" / f".staging-{name}"
        docs = (folder if is_dry else out) / "data_docs"
        shutil.rmtree(docs / name, ignore_errors=True)
        try:
            manifest = _stage(scratch, last, only, name, now, staging, docs / name, judge)
            manifest["notes"] += [note] if note else []
            if not is_dry:
                problem = publish_folder(out, staging, manifest, docs, last_call)
        finally:
            ignore_stops()
            shutil.rmtree(staging, ignore_errors=True)
    where = None if is_dry else f"{Path(settings.out) / 'current'}"
    for line in [*report(manifest, where), *([problem] if problem else [])]:
        say(line)


def _stage(
    scratch: Scratch,
    last: Publication | None,
    only: Sequence[str],
    name: str,
    now: datetime,
    staging: Path,
    docs: Path,
    judge: Judge,
) -> dict[str, Any]:
    """Write and judge all files aside; return the manifest."""
    basis = scratch.basis
    with duckdb.connect(str(scratch.path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        active = active_destinations(connection)
        _check_destinations(only, active)
        audiences = read_audiences(connection, only or active)
        campaigns = describe_campaigns(connection)
        shared = shared_messages(connection, active)
    staging.mkdir(parents=True)
    entries = stage(audiences, last, staging, docs, judge)
    if only and last:
        for other in sorted(last.manifest["destinations"].keys() - set(only)):
            entries[other] = carry_over(last, other, staging)
    for campaign, counts in campaigns.items():
        counts["withdrew"] = scratch.withdrew.get(campaign, 0)
        counts["already_sent"] = scratch.already_sent.get(campaign, 0)
        counts["too_late"] = scratch.too_late.get(campaign, 0)
    is_over = now >= basis.plan_ends_at
    return {
        "id": name,
        "created_at": _iso(now),
        "dangol": __version__,
        "as_of": str(basis.as_of),
        "build": {"invocation_id": basis.invocation_id, "finished_at": _iso(basis.finished_at)},
        "plan_begins_at": _iso(basis.plan_begins_at),
        "plan_ends_at": _iso(basis.plan_ends_at),
        "plan_is_over": is_over,
        "previous": last.id if last else None,
        "left_out": {
            "withdrew": sum(scratch.withdrew.values()),
            "already_sent": sum(scratch.already_sent.values()),
            "too_late": sum(scratch.too_late.values()),
        },
        "campaigns": campaigns,
        "destinations": entries,
        "notes": _notes(is_over, shared, entries, scratch.nameless),
    }


def _notes(
    is_over: bool,
    shared: Sequence[tuple[Sequence[str], Sequence[str]]],
    entries: Mapping[str, Mapping[str, Any]],
    nameless: Mapping[str, int],
) -> list[str]:
    """Return what a person should know before the files go to the messaging tools."""
    notes = []
    if is_over:
        notes.append(
            "The day of this plan is over, so its messages would go out late: the files are for"
            " looking at, not for sending. Build again for the day that begins now."
        )
    for table, count in nameless.items():
        notes.append(
            f"RAW has {_rows(count)} of {table} that cannot be read, without anybody's name: a no"
            " there is held against nobody. See quality.rejected_rows, where table_name is"
            f" '{table}'."
        )
    for names, types in shared:
        notes.append(
            f"{_listed(names)} hold the same messages ({_listed(types)}): send them from one, and"
            " switch the others off (is_active in seeds/destinations.csv)."
        )
    for name, entry in entries.items():
        if "reason" in entry:
            notes.append(f"{name} got no list: {entry['reason']}.")
        if "reset" in entry:
            notes.append(
                f"{name} is to be filled anew: {entry['reset']}, so whom an earlier one gave it is"
                " not known. Empty it there first, then take its members."
            )
    carried = [name for name, entry in entries.items() if "carried_over_from" in entry]
    if carried:
        notes.append(
            f"Unchanged from the last publication: {_listed(carried)}. Whoever has opted out since"
            " is still in those files."
        )
    return notes


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _check_destinations(only: Sequence[str], active: Sequence[str]) -> None:
    """Raise UsageError for a destination that cannot be meant."""
    for name in only:
        if name not in active:
            near = difflib.get_close_matches(name, active, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" Active are {', '.join(active)}."
            raise UsageError(f"DESTINATIONS names {name!r}, which is no active destination.{hint}")


@contextmanager
def _scratch_folder(root: Path) -> Iterator[Path]:
    """Give an empty private folder, and remove it; first those that killed exports left behind."""
    base = root / "artifacts" / "export"
    base.mkdir(parents=True, exist_ok=True)
    with (base / ".lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        for old in base.glob("scratch-*"):
            with (old / ".lock").open("w") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(old)
        folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=base))
        lock = (folder / ".lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with lock:
            yield folder
    finally:
        ignore_stops()  # it holds personal data
        for _ in range(50):  # a thread of dbt that was stopped may still write to it
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.1)


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Say in a sentence what the disk or a permission has stopped, and where."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        place, reason = place_and_reason(error, out)
        way_out = " or choose another OUT," if place.is_relative_to(out) else ""
        raise RefusedError(f"{reason}. Change that,{way_out} then export again.") from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise RefusedError(
            f"The private copy of the warehouse in artifacts/export cannot be made:"
            f" {one_line(str(error))}"
        ) from None


def _listed(names: Sequence[str]) -> str:
    """Return names as a person lists them: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
