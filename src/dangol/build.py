"""Run dbt for a person: check what was asked, show progress, end with failures in plain words."""

from __future__ import annotations

import json
import os
import re
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

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
    os.chdir(root)
    os.environ.update(settings.environment())
    if not Path("profiles.yml").exists() and "DBT_PROFILES_DIR" not in os.environ:
        shutil.copyfile("profiles.example.yml", "profiles.yml")
        progress.say("  profiles.yml was made from profiles.example.yml.")
    if settings.target == "spark":
        folder = Path(os.environ.setdefault("SPARK_FOLDER", str(root / "artifacts" / "spark")))
        folder.mkdir(parents=True, exist_ok=True)

    from dbt.cli.main import dbtRunner  # takes a second to import

    common = ["--project-dir", ".", "--vars", json.dumps(settings.dbt_vars())]
    result = dbtRunner(callbacks=[progress.listen]).invoke(
        ["--log-level", "none", "--log-level-file", "debug", "--no-use-colors", *arguments, *common]
    )
    progress.close()
    if settings.target == "duckdb":  # so that others, and the summary, can open the file
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()
    results = list(getattr(result.result, "results", None) or [])
    failures = [_failure(item) for item in results if str(item.status) in FAILED]
    if result.exception is not None:
        failures.append(plain_message(str(result.exception)))
    if not result.success and not failures:
        failures.append("dbt stopped without a reason; logs/dbt.log has the details.")
    warnings = progress.warnings + [
        f"{item.node.name}: {one_line(item.message or '')}"
        for item in results
        if str(item.status) == "warn"
    ]
    return Outcome(result.success, failures, warnings, _counts(results), progress.seconds())


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
    lines = text.strip().splitlines()
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
