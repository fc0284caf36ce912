"""Run dbt for a person: check what was asked, show progress, end with failures in plain words."""

from __future__ import annotations

import gc
import json
import os
import re
import shlex
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dangol.explained import explained
from dangol.progress import Progress, one_line
from dangol.settings import Settings, UsageError
from dangol.workplace import Workplace, held, publish, tell_shortage, working

FAILED = frozenset(["error", "fail", "runtime error", "partial success"])
STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Outcome:
    """How a run of dbt ended.

    Args:
        is_green: every model was built and every test held.
        failures: one text per failure, human first.
        warnings: one text per warning, each once.
        counts: results by kind (`models`, `seeds`, `data tests`, `unit tests`, `skipped`).
        seconds: wall-clock duration.
        failed_copy: the file that was built in vain, for whoever wants to look into it.
    """

    is_green: bool
    failures: list[str]
    warnings: list[str]
    counts: dict[str, int]
    seconds: float
    failed_copy: Path | None = None


def run_build(
    settings: Settings,
    root: Path,
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    skip_tests: bool = False,
    unit_tests: bool = False,
    full_refresh: bool = False,
    command: str = "dangol build",
    progress: Progress | None = None,
) -> Outcome:
    """Build the warehouse with dbt, in this process. Changes the working folder to `root`.

    On DuckDB dbt works on a copy, which takes the place of the warehouse when all is green; Spark
    writes its tables where they are. Either is built by one process at a time.

    Args:
        settings: checked choices.
        root: the project folder.
        select: dbt selectors; none builds everything.
        exclude: dbt selectors of what to leave out.
        skip_tests: build models and seeds, run no test.
        unit_tests: also run the unit tests, which prove the SQL and not the shop's data.
        full_refresh: build incremental models from the beginning.
        command: what another build is told is going on.
        progress: shows what happens; one is made when none is given.

    Raises:
        UsageError: the selectors leave nothing to build; nothing is published.
        WorkError: the build cannot begin, or its result cannot be published.
        Stopped: it was asked to end; the warehouse is as it was.
    """
    progress = progress or Progress()
    source = f"the folder {settings.raw}" if settings.raw else "the schema raw"
    if settings.raw is None:
        source = "the default RAW"
    arguments = ["build"]
    if select:
        arguments += ["--select", *select]
    if exclude:
        arguments += ["--exclude", *exclude]
    if skip_tests:
        arguments += ["--exclude-resource-type", "test"]
    if skip_tests or not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments += ["--full-refresh"]
    saying = "Building {} from {}: reading the project takes some seconds."
    if settings.target == "spark":
        with stoppable(), held(spark_folder(root), command):
            progress.say(saying.format("Spark", source))
            return _of_something(_run(arguments, settings, root, progress), select, exclude)
    place = Workplace.of(settings, root)
    with stoppable() as stop_if_asked, working(place, command, progress.say) as is_first:
        progress.say(saying.format(settings.warehouse, source))
        outcome = _run(arguments, place.settings(settings), root, progress)
        gc.collect()  # a cursor in the traceback of an error keeps the file open
        stop_if_asked()
        if _of_something(outcome, select, exclude).is_green:
            publish(place, is_first)
            return outcome
    failures = tell_shortage(outcome.failures, place, settings.memory)
    return replace(outcome, failures=failures, failed_copy=place.copy)


def _of_something(outcome: Outcome, select: Sequence[str], exclude: Sequence[str]) -> Outcome:
    """Return the outcome, unless nothing was run, which dbt takes for success."""
    if outcome.is_green and not any(outcome.counts.values()):
        chosen = [
            *(["--select", *select] if select else []),
            *(["--exclude", *exclude] if exclude else []),
        ]
        raise UsageError(f"{shlex.join(chosen)} leaves no model, seed or test to build.")
    return outcome


class Stopped(KeyboardInterrupt):
    """The process was asked to end.

    Args:
        number: the signal, SIGINT or SIGTERM.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Turn SIGINT and SIGTERM into `Stopped`; give a function that raises it where it got lost.

    Code that catches every exception can swallow the one that a signal raises within it. What is
    asked to stop must not be published, so the function is called before. Python itself swallows
    what is raised while it collects garbage, and prints it, which is of no use to anybody here.
    """
    asked: list[int] = []
    tell_swallowed = sys.unraisablehook

    def stop(number: int, frame: object) -> None:
        asked.append(number)
        raise Stopped(number)

    def stop_if_asked() -> None:
        if asked:
            raise Stopped(asked[0])

    def swallowed(what: Any) -> None:
        if not isinstance(what.exc_value, Stopped):
            tell_swallowed(what)

    before = {number: signal.signal(number, stop) for number in STOPS}
    sys.unraisablehook = swallowed
    try:
        yield stop_if_asked
    except KeyboardInterrupt:
        stop_if_asked()  # what dbt makes of `Stopped` is a KeyboardInterrupt of its own
        raise
    finally:
        sys.unraisablehook = tell_swallowed
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_stops() -> None:
    """Take no more notice of SIGINT and SIGTERM until `stoppable` ends, within which this is."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def stops_waiting() -> Iterator[Callable[..., None]]:
    """Let SIGINT and SIGTERM wait until the function given is called, or until the end.

    Until dbt has read how it is to log, it prints whatever is raised within it as a traceback.
    """
    came: list[int] = []
    before = {number: signal.signal(number, lambda one, _: came.append(one)) for number in STOPS}

    def wait_no_longer(*_: object) -> None:
        while before:
            signal.signal(*before.popitem())
        while came:
            signal.raise_signal(came.pop())

    try:
        yield wait_no_longer
    finally:
        wait_no_longer()


def run_docs(settings: Settings, root: Path) -> Outcome:
    """Write dbt's documentation as one page, `target/static_index.html`.

    The warehouse is read as any reader does it; without one there is nothing to say of tables.
    """
    progress = Progress()
    progress.say("Writing the documentation: some seconds.")
    with same_environment_after():
        os.environ["ACCESS_MODE"] = "read_only"
        if not (root / settings.warehouse).exists():
            os.environ["ACCESS_MODE"] = "automatic"
            settings = replace(settings, warehouse=":memory:")
        return _run(["docs", "generate", "--static"], settings, root, progress)


def _run(arguments: list[str], settings: Settings, root: Path, progress: Progress) -> Outcome:
    """Run one dbt command and gather what came of it."""
    with same_environment_after():
        if prepare(settings, root):
            progress.say("  profiles.yml was made from profiles.example.yml.")
        progress.warnings += profile_warnings(settings)
        if settings.target == "spark":
            os.environ["SPARK_FOLDER"] = str(spark_folder(root))
        result = invoke(arguments, settings.dbt_vars(), listen=progress.listen)
    progress.close()
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    results = list(getattr(result.result, "results", None) or [])
    failures = failures_of(result)
    warnings = progress.warnings + [
        f"{item.node.name}: {one_line(item.message or '')}"
        for item in results
        if str(item.status) == "warn"
    ]
    return Outcome(result.success, failures, warnings, _counts(results), progress.seconds())


def spark_folder(root: Path) -> Path:
    """Return the folder of Spark's tables and their catalogue, which is made if need be."""
    folder = Path(os.environ.get("SPARK_FOLDER") or root / "artifacts" / "spark")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def same_environment_after() -> Iterator[None]:
    """Undo afterwards what was done to the environment variables."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def prepare(settings: Settings, root: Path) -> bool:
    """Go to the project folder with the variables that its profile reads.

    Returns:
        Whether there was no profiles.yml, and the example was copied.
    """
    os.chdir(root)
    os.environ.update(settings.environment())
    if Path("profiles.yml").exists() or "DBT_PROFILES_DIR" in os.environ:
        return False
    shutil.copyfile("profiles.example.yml", "profiles.yml")
    return True


def profile_warnings(settings: Settings) -> list[str]:
    """Return what a profile of the user's own, or of an older version, does not say but should."""
    profile = Path(os.environ.get("DBT_PROFILES_DIR", ".")) / "profiles.yml"
    if settings.target == "spark" or not profile.exists():
        return []
    if "memory_limit" in profile.read_text(encoding="utf-8"):
        return []
    return [
        f"{profile} sets no memory_limit: DuckDB takes up to 80 % of the machine's memory, whatever"
        " MEMORY says. Take over `config_options` from profiles.example.yml."
    ]


def invoke(
    arguments: Sequence[str],
    variables: Mapping[str, Any],
    manifest: Any = None,
    listen: Callable[[Any], None] | None = None,
) -> Any:
    """Run dbt silently on the project in the working folder; return its result.

    Args:
        arguments: the command and its options.
        variables: dbt variables.
        manifest: the parsed project, so that it is not parsed again.
        listen: takes dbt's events.
    """
    from dbt.cli.main import dbtRunner  # takes a second to import

    quiet = ["--log-level", "none", "--log-level-file", "debug", "--no-use-colors"]
    common = ["--project-dir", ".", "--vars", json.dumps(variables)]
    with stops_waiting() as wait_no_longer:  # its first event comes when the log is set up
        callbacks = [wait_no_longer, *([listen] if listen else [])]
        runner = dbtRunner(manifest=manifest, callbacks=callbacks)
        result = runner.invoke([*quiet, *arguments, *common])
    connections = sys.modules.get("dbt.adapters.duckdb.connections")
    if connections:  # so that others can open the file
        connections.DuckDBConnectionManager.close_all_connections()
    return result


def failures_of(result: Any) -> list[str]:
    """Return what went wrong in a run of dbt, one text per failure; none after a good one."""
    results = list(getattr(result.result, "results", None) or [])
    failures = [_failure(item) for item in results if str(item.status) in FAILED]
    if result.exception is not None:
        failures.append(plain_message(str(result.exception)))
    if not result.success and not failures:
        failures.append("dbt stopped without a reason; logs/dbt.log has the details.")
    return failures


def _counts(results: list[Any]) -> dict[str, int]:
    """Return the number of results by kind, and of those that were skipped."""
    kinds = {"model": "models", "seed": "seeds", "test": "data tests", "unit_test": "unit tests"}
    counts = dict.fromkeys([*kinds.values(), "skipped"], 0)
    for item in results:
        kind = kinds.get(str(getattr(item.node, "resource_type", "")))
        if str(item.status) == "skipped":
            counts["skipped"] += 1
        elif kind:
            counts[kind] += 1
    return counts


def _failure(item: Any) -> str:
    """Return one failed result as text: what it is, what happened, where to look."""
    node = getattr(item, "node", None)
    kind = str(getattr(node, "resource_type", "")).replace("_", " ")
    message = plain_message(item.message or "")
    if kind == "operation" or node is None:
        return message
    if kind == "unit test":  # a table of differences keeps its lines
        message = textwrap.dedent(item.message or "").strip()
    description = one_line(getattr(node, "description", "") or "")
    lines = [f"{kind} {node.name}: {message}"]
    if description and kind.endswith("test"):
        lines.append(f"  What it guards: {description}")
    lines.append(f"  See {node.original_file_path}")
    compiled = getattr(node, "compiled_path", None)
    if compiled and kind == "test":
        lines.append(f"  Its rows: run the SQL in {compiled}")
    return "\n".join(lines)


def plain_message(text: str) -> str:
    """Return an error of dbt without its frame: no heading, no list of calling macros, one line."""
    lines = explained(text).strip().splitlines()
    if lines and re.match(
        r"\s*((Compilation|Runtime|Database|Parsing) Error|Failure in )", lines[0]
    ):
        lines = lines[1:] or lines
    kept = []
    for line in lines:
        if re.match(r"\s*> (in|called by) |\s*compiled code at ", line):
            continue
        kept.append(line)
    # a test that stops with a message of its own says it through the engine
    return re.sub(r"^Invalid Input Error: ", "", one_line("\n".join(kept)))
