"""Run dbt for a person: check what was asked, show progress, end with failures in plain words."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dangol.explained import explained
from dangol.progress import Progress, one_line
from dangol.settings import Settings

FAILED = frozenset(["error", "fail", "runtime error", "partial success"])


@dataclass(frozen=True)
class Outcome:
    """How a run of dbt ended.

    Args:
        is_green: every model was built and every test held.
        failures: one text per failure, human first.
        warnings: one text per warning, each once.
        counts: results by kind (`models`, `seeds`, `data tests`, `unit tests`, `skipped`).
        seconds: wall-clock duration.
    """

    is_green: bool
    failures: list[str]
    warnings: list[str]
    counts: dict[str, int]
    seconds: float


def run_build(
    settings: Settings,
    root: Path,
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    skip_tests: bool = False,
    unit_tests: bool = False,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Build the warehouse with dbt, in this process. Changes the working folder to `root`.

    Args:
        settings: checked choices.
        root: the project folder.
        select: dbt selectors; none builds everything.
        exclude: dbt selectors of what to leave out.
        skip_tests: build models and seeds, run no test.
        unit_tests: also run the unit tests, which prove the SQL and not the shop's data.
        full_refresh: build incremental models from the beginning.
        progress: shows what happens; one is made when none is given.
    """
    progress = progress or Progress()
    source = f"the folder {settings.raw}" if settings.raw else "the schema raw"
    if settings.raw is None:
        source = "the default RAW"
    place = settings.warehouse if settings.target == "duckdb" else "Spark"
    progress.say(f"Building {place} from {source}: reading the project takes some seconds.")
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
    return _run(arguments, settings, root, progress)


def run_docs(settings: Settings, root: Path) -> Outcome:
    """Write dbt's documentation as one page, `target/static_index.html`."""
    progress = Progress()
    progress.say("Writing the documentation: some seconds.")
    return _run(["docs", "generate", "--static"], settings, root, progress)


def holder_of(warehouse: Path) -> str | None:
    """Return why the DuckDB file cannot be written now, in plain words; None when it can."""
    if not warehouse.is_file():
        return None
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.Error as error:
        found = re.search(r"held in (.*?) \(PID (\d+)\)", str(error))
        if found:
            return (
                f"{warehouse} is in use by another program: {found[1]} (process {found[2]})."
                " Wait until it ends, or close it there; readers should open the file read-only."
            )
        return f"{warehouse} cannot be opened as a DuckDB file: {one_line(str(error))}"
    return None


def _run(arguments: list[str], settings: Settings, root: Path, progress: Progress) -> Outcome:
    """Run one dbt command and gather what came of it."""
    if prepare(settings, root):
        progress.say("  profiles.yml was made from profiles.example.yml.")
    if settings.target == "spark":
        folder = Path(os.environ.setdefault("SPARK_FOLDER", str(root / "artifacts" / "spark")))
        folder.mkdir(parents=True, exist_ok=True)

    result = invoke(arguments, settings.dbt_vars(), listen=progress.listen)
    progress.close()
    results = list(getattr(result.result, "results", None) or [])
    failures = failures_of(result)
    warnings = progress.warnings + [
        f"{item.node.name}: {one_line(item.message or '')}"
        for item in results
        if str(item.status) == "warn"
    ]
    return Outcome(result.success, failures, warnings, _counts(results), progress.seconds())


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
    runner = dbtRunner(manifest=manifest, callbacks=[listen] if listen else [])
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
