"""The command line: `dangol build`, `summary`, `why`, `export`, `erase`, `sample`, `map`, ...

Exit codes: 0 green, 1 a model or test failed or nothing may be published, 2 a value or option that
cannot be meant.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from dangol import __version__
from dangol.settings import Settings, UsageError, find_project, project_vars


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UsageError as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dangol", description="A CRM-marketing warehouse.")
    parser.add_argument("--version", action="version", version=f"dangol {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="turn RAW into marts and audiences, then sum up")
    build.set_defaults(run=_build)
    _add_choices(build)
    build.add_argument("--select", nargs="+", default=[], help="dbt selectors of what to build")
    build.add_argument("--exclude", nargs="+", default=[], help="dbt selectors to leave out")
    build.add_argument("--skip-tests", action="store_true", help="models and seeds only")
    build.add_argument("--unit-tests", action="store_true", help="also the unit tests of the SQL")
    build.add_argument("--full-refresh", action="store_true", help="rebuild incremental models")

    summary = commands.add_parser("summary", help="sum up what a build made")
    summary.set_defaults(run=_summary)
    _add_choices(summary)

    why = commands.add_parser("why", help="say why a person gets which message, and why not")
    why.set_defaults(run=_why)
    _add_choices(why)
    why.add_argument("--customer", required=True, metavar="ID", help="any identifier of a person")

    export = commands.add_parser("export", help="publish the files of all destinations to OUT")
    export.set_defaults(run=_export)
    export.add_argument("--warehouse", help="WAREHOUSE: DuckDB file (default dangol.duckdb)")
    export.add_argument("--out", help="OUT: folder of published files (default exports)")
    export.add_argument(
        "--destinations", metavar="A,B", help="DESTINATIONS: only these (default: all active ones)"
    )
    export.add_argument("--max-age-hours", help="MAX_AGE_HOURS: how old the build may be")
    export.add_argument(
        "--dry-run", action="store_const", const="1", help="DRY_RUN=1: count, write no file"
    )
    export.add_argument("--threads", help="THREADS: number of threads (default: the cores, to 8)")
    export.add_argument("--memory", help="MEMORY: of DuckDB, such as 800MB (default: up to 5GB)")
    export.add_argument("--target", help="TARGET: duckdb; Spark has no files to publish")
    export.add_argument("--now", help="DANGOL_NOW: the moment to act as of, for tests (ISO, UTC)")

    erase = commands.add_parser("erase", help="erase people from everything, and from replays")
    erase.set_defaults(run=_erase)
    erase.add_argument(
        "--customer",
        action="append",
        default=[],
        metavar="ID",
        help="any identifier of a person (customer_id, e-mail, phone, anonymous_id); repeatable",
    )
    erase.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        help="a file of identifiers, one a line, or CSV with a column customer_id",
    )
    erase.add_argument("--warehouse", help="WAREHOUSE: DuckDB file (default dangol.duckdb)")
    erase.add_argument("--out", help="OUT: folder of published files (default exports)")
    erase.add_argument(
        "--dry-run", action="store_const", const="1", help="DRY_RUN=1: count, change nothing"
    )
    erase.add_argument("--spill-folder", help="SPILL_FOLDER: as of the builds, which is searched")
    erase.add_argument(
        "--erased-on", metavar="DAY", help="the local day of the erasure (default today)"
    )

    docs = commands.add_parser("docs", help="write the documentation to target/static_index.html")
    docs.set_defaults(run=_docs)
    _add_choices(docs)

    sample = commands.add_parser("sample", help="write the raw files of a simulated shop")
    sample.set_defaults(run=_sample)
    sample.add_argument("--customers", type=int, default=2000, help="people (default 2000)")
    sample.add_argument("--days", type=int, default=548, help="days of history (default 548)")
    sample.add_argument("--seed", type=int, default=1, help="another one, another shop (default 1)")
    sample.add_argument("--out", type=Path, required=True, help="folder for the raw files")
    sample.add_argument("--truth", type=Path, help="folder for the planted truths (for tests)")

    mapping = commands.add_parser("map", help="turn a shop's own files into raw tables")
    mapping.set_defaults(run=_map)
    mapping.add_argument("mapping", type=Path, metavar="FILE.sql", help="the mapping")
    mapping.add_argument(
        "--source",
        action="append",
        required=True,
        metavar="PATH|NAME=PATH",
        help="a file that the mapping reads; more than one: repeat the option",
    )
    mapping.add_argument("--out", type=Path, required=True, help="folder for the raw tables")

    check = commands.add_parser("check-yaml", help="check the keys and descriptions of all YAML")
    check.set_defaults(run=_check_yaml)
    _add_choices(check)
    return parser


def _add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options that the environment variables of the same names give too."""
    parser.add_argument("--raw", help="RAW: folder of raw files; '' reads the schema raw")
    parser.add_argument("--warehouse", help="WAREHOUSE: DuckDB file (default dangol.duckdb)")
    parser.add_argument("--as-of", dest="as_of", help="AS_OF: the day described, YYYY-MM-DD")
    parser.add_argument("--target", help="TARGET: duckdb or spark")
    parser.add_argument("--currency", help="CURRENCY: the reporting currency, such as KRW")
    parser.add_argument("--timezone", help="TIMEZONE: the reporting time zone")
    parser.add_argument("--threads", help="THREADS: number of threads (default: the cores, to 8)")
    parser.add_argument("--memory", help="MEMORY: of DuckDB, such as 800MB (default: up to 5GB)")
    parser.add_argument("--spill-folder", help="SPILL_FOLDER: for what does not fit into memory")


def _settings(options: argparse.Namespace) -> tuple[Settings, Path]:
    """Return the checked choices and the project folder."""
    root = find_project(Path.cwd())
    settings = Settings.read(os.environ, vars(options))
    settings.check(root)
    return settings, root


def _build(options: argparse.Namespace) -> int:
    settings, root = _settings(options)
    from dangol.build import Stopped, run_build
    from dangol.summary import print_summary
    from dangol.workplace import WorkError

    try:
        outcome = run_build(
            settings,
            root,
            select=options.select,
            exclude=options.exclude,
            skip_tests=options.skip_tests,
            unit_tests=options.unit_tests,
            full_refresh=options.full_refresh,
            command=shlex.join(["dangol", *sys.argv[1:]]),
        )
    except WorkError as error:
        _complain(str(error))
        return 1
    except Stopped as stop:
        kept = f" {settings.warehouse} is as it was." if settings.target == "duckdb" else ""
        _complain(f"the build was interrupted.{kept} The next build begins anew.")
        return 128 + stop.number
    copy = _shown(outcome.failed_copy, root) if outcome.failed_copy else None
    print_summary(replace(settings, warehouse=copy or settings.warehouse), root, outcome)
    if outcome.is_green:
        return 0
    print(f"\nThe build failed, for {_plural(len(outcome.failures), 'reason')}:", file=sys.stderr)
    for failure in outcome.failures:
        print(textwrap.indent(failure, "  "), file=sys.stderr)
    if copy:
        is_there = (root / settings.warehouse).is_file()
        kept = "is as it was" if is_there else "is not there yet"
        print(f"For readers nothing has changed: {settings.warehouse} {kept}.", file=sys.stderr)
        print(f"What failed is in {copy} until the next build.", file=sys.stderr)
    return 1


def _shown(path: Path, root: Path) -> str:
    """Return a path as a person would write it in the project folder."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _summary(options: argparse.Namespace) -> int:
    settings, root = _settings(options)
    if settings.target != "duckdb":
        raise UsageError("`dangol summary` reads a DuckDB warehouse; TARGET is 'spark'.")
    from dangol.summary import print_summary

    return 0 if print_summary(settings, root) else 1


def _why(options: argparse.Namespace) -> int:
    settings, root = _settings(options)
    if settings.target != "duckdb":
        raise UsageError("`dangol why` reads a DuckDB warehouse; TARGET is 'spark'.")
    import duckdb

    from dangol.why import UnknownPersonError, explain

    if not (root / settings.warehouse).is_file():
        _complain(f"There is no warehouse at {settings.warehouse}; `make build` makes it.")
        return 1
    person = _identifier(options.customer)
    try:
        lines = explain(root / settings.warehouse, person, project_vars(root, settings))
    except UnknownPersonError as error:
        _complain(str(error))
        return 1
    except duckdb.Error as error:
        _complain(f"{settings.warehouse} cannot be read: {str(error).splitlines()[0]}")
        return 1
    print("\n".join(lines))
    return 0


def _export(options: argparse.Namespace) -> int:
    root = find_project(Path.cwd())
    settings = Settings.read(os.environ, vars(options))
    if settings.target == "spark":
        raise UsageError(
            "TARGET is 'spark'; publishing reads a DuckDB warehouse. Build one from the same RAW"
            " (make build), then publish it."
        )
    # what was read, and how, the build itself has noted
    settings = replace(settings, raw=None, as_of=None, currency=None, timezone=None)
    settings.check(root)
    now = _now(options.now or os.environ.get("DANGOL_NOW"))
    from dangol.build import Stopped
    from dangol.publishing import RefusedError, publish

    try:
        publish(settings, root, now)
    except Stopped as stop:
        _complain("the export was stopped; nothing was published, and the last publication stays.")
        return 128 + stop.number
    except RefusedError as refusal:
        first, *others = str(refusal).splitlines()
        _complain(f"nothing was published. {first}")
        for line in others:
            print(textwrap.indent(line, "  "), file=sys.stderr)
        return 1
    return 0


def _erase(options: argparse.Namespace) -> int:
    root = find_project(Path.cwd())
    names = [_identifier(text) for text in options.customer]
    settings = Settings.read(
        os.environ,
        {name: getattr(options, name) for name in ("warehouse", "out", "dry_run", "spill_folder")},
    )
    if settings.target == "spark":
        raise UsageError("TARGET is 'spark'; people can be erased from a DuckDB warehouse only.")
    settings = replace(settings, raw=None)
    settings.check(root)
    variables = project_vars(root, settings)
    from dangol.erasure.erasing import Places, erase, names_in_file
    from dangol.erasure.report import report
    from dangol.erasure.tombstones import ErasureError

    is_dry = settings.dry_run is not None
    try:
        for path in options.file:
            names += names_in_file(path)
        if not names:
            raise UsageError("Name whom to erase: --customer ID, or --file PATH.")
        day = _day(options.erased_on, variables["reporting_timezone"])
        places = Places.of(settings, root)
        result = erase(places, names, day, variables, dry_run=is_dry)
    except ErasureError as error:
        _complain(str(error))
        return 1
    print("\n".join(report(result, root, dry_run=is_dry)))
    return 0 if is_dry or result.is_clean else 1


def _identifier(given: str) -> str:
    """Return what was given as --customer, if it is text."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"--customer is {os.fsencode(given)!r}, which is not UTF-8: set the terminal to UTF-8,"
            " or give the identifiers in a UTF-8 file where the command takes one."
        ) from None
    return given


def _day(given: str | None, zone: str) -> date:
    """Return the local day that was given, else today's in a time zone."""
    if not given:
        return datetime.now(ZoneInfo(zone)).date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--erased-on is {given!r}; it must be a day as YYYY-MM-DD.") from None


def _now(given: str | None) -> datetime:
    """Return the moment to act as of, in UTC and without a zone; the clock's when none is given."""
    try:
        # Python 3.10 does not read Z
        moment = (
            datetime.fromisoformat(given.replace("Z", "+00:00"))
            if given
            else datetime.now(timezone.utc)
        )
        return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):  # the first and the last day have no UTC in every zone
        raise UsageError(
            f"DANGOL_NOW is {given!r}; it must be a moment such as 2026-07-01T09:00:00Z."
        ) from None


def _docs(options: argparse.Namespace) -> int:
    settings, root = _settings(options)
    from dangol.build import run_docs

    outcome = run_docs(settings, root)
    for failure in outcome.failures:
        _complain(failure)
    if outcome.is_green:
        folder = os.environ.get("DBT_TARGET_PATH", "target")
        print(f"Open {folder}/static_index.html in a browser.")
    return 0 if outcome.is_green else 1


def _sample(options: argparse.Namespace) -> int:
    import duckdb

    from dangol.explained import place_and_reason
    from dangol.sample import generate

    size = (options.customers, options.days, options.seed)
    try:
        generate(*size, options.out, options.truth, progress=print)
    except ValueError as error:
        raise UsageError(str(error)) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        _complain(
            f"{place_and_reason(error, options.out)[1]}. Change that, or choose another --out."
        )
        return 1
    except duckdb.IOException as error:
        _complain(f"the sample cannot be written to {options.out}: {str(error).splitlines()[0]}")
        return 1
    return 0


def _map(options: argparse.Namespace) -> int:
    from dangol.mapping import MappingError, run_mapping

    sources: dict[str, Path] = {}
    for text in options.source:
        name, equals, path = text.partition("=")
        if not equals or Path(text).exists():
            name, path = "source", text
        if not path:
            raise UsageError(f"the source {name!r} has no path; write NAME=PATH")
        if name in sources:
            raise UsageError(f"the source {name!r} is given twice; write NAME=PATH for each")
        sources[name] = Path(path)
    try:
        counts = run_mapping(options.mapping, sources, options.out)
    except MappingError as error:
        _complain(str(error))
        return 1
    for name, count in counts.items():
        print(f"{name:<16} {count:>12,} rows")
    print(f"Written to {options.out}; build it with: {_make_build(options.out)}")
    return 0


def _make_build(raw: Path) -> str:
    """Return the command that builds a folder of raw tables, wherever it is typed."""
    elsewhere = []
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        with suppress(UsageError):
            root = find_project(start)
            elsewhere = [] if root == Path.cwd() else ["-C", str(root)]
            break
    return shlex.join(["make", *elsewhere, "build", f"RAW={raw.resolve()}"])


def _check_yaml(options: argparse.Namespace) -> int:
    settings, root = _settings(options)
    from dangol.yaml_keys import check_project

    problems = check_project(root, root / settings.warehouse)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{_plural(len(problems), 'problem')} in the YAML of the project", file=sys.stderr)
    return 1 if problems else 0


def _complain(text: str) -> None:
    # a path stays whole
    lines = textwrap.fill(f"dangol: {text}", 100, break_long_words=False, break_on_hyphens=False)
    print(lines, file=sys.stderr)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
