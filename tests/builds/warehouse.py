"""Whole builds for tests: the project's own models on any raw folder, in this process."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("marts", "audiences", "exports", "quality")
CAMPAIGN_FOLDERS = (
    *("audiences", "exports", "intermediate/messaging", "intermediate/profiles"),
    *("intermediate/triggers", "marts/consent"),
)
"""Folders of the models behind campaigns and messages, which no other model reads."""
CAMPAIGNS = tuple(f"path:models/{folder}" for folder in CAMPAIGN_FOLDERS)
"""Selectors of these models: tests of something else leave them out, which halves a build."""
VALUE = ("+customer_value", "+value_backtest")
"""Selectors of predicted value and all that it takes."""
TELLS_OF_RUNS = frozenset(("quality.run_history", "quality.run_tables"))
"""The tables that are about runs, not about the shop: no two builds have the same rows in them."""

Once = Callable[[str, Callable[[Path], Any]], Any]
"""(name, maker): what the maker, given an empty folder of that name, returned; as JSON."""

Mapped = Callable[[str], Path]
"""(name of an example): folder of the raw tables mapped from its real file."""


@dataclass(frozen=True)
class Build:
    """What a build left behind.

    Args:
        warehouse: the DuckDB file.
        is_green: every model was built and every test that was asked for held.
        messages: the error text of each failure.
        statuses: result by name of model or test.
        warnings: the text of each warning, in the order in which they came.
    """

    warehouse: Path
    is_green: bool
    messages: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, read-only as a BI tool would ask it."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        """Return the first value of a query."""
        return self.rows(sql)[0][0]

    def tables(self, schemas: Sequence[str] = PUBLIC) -> list[str]:
        """Return `schema.table` of every table and view in the schemas, sorted; no run history."""
        listed = ", ".join(f"'{schema}'" for schema in schemas)
        return [
            str(row[0])
            for row in self.rows(
                "select table_schema || '.' || table_name from information_schema.tables"
                f" where table_schema in ({listed}) order by 1"
            )
            if row[0] not in TELLS_OF_RUNS
        ]

    def hashes(
        self,
        schemas: Sequence[str] = PUBLIC,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> dict[str, tuple[int, int]]:
        """Return (rows, order-free hash of all rows) of every table and view in the schemas.

        Args:
            schemas: names of the schemas.
            without: columns to leave out, by `schema.table`.
        """
        found = {}
        for table in self.tables(schemas):
            count, total = self.rows(
                "select count(*), coalesce(sum(hash(whole_row)::hugeint), 0)"
                f" from ({_everything_of(table, without)}) as whole_row"
            )[0]
            found[table] = (int(count), int(total))
        return found

    def differences(
        self,
        other: Build,
        schemas: Sequence[str] = PUBLIC,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> dict[str, list[str]]:
        """Return up to ten differing rows of each table that differs; {} when all are equal.

        A row as text has `+` in front when only this build has it, `-` when only the other has it.

        Args:
            other: another build.
            schemas: names of the schemas.
            without: columns to leave out, by `schema.table`.
        """
        ours, theirs = self.hashes(schemas, without), other.hashes(schemas, without)
        found = {}
        for table in sorted(ours.keys() | theirs.keys()):
            if ours.get(table) == theirs.get(table):
                continue
            sql = _everything_of(table, without)
            mine = Counter(map(str, self.rows(sql) if table in ours else []))
            others = Counter(map(str, other.rows(sql) if table in theirs else []))
            rows = [f"+ {row}" for row in sorted(mine - others)][:5]
            found[table] = rows + [f"- {row}" for row in sorted(others - mine)][:5]
        return found


def _everything_of(table: str, without: Mapping[str, Sequence[str]] | None) -> str:
    """Return the SQL of all rows of a table, without the columns named for it."""
    left_out = ", ".join((without or {}).get(table, ()))
    return f"select *{f' exclude ({left_out})' if left_out else ''} from {table}"


def build(
    raw: Path | None,
    folder: Path,
    *,
    project: Path = ROOT,
    with_tests: bool = False,
    knows_tests: bool = False,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    threads: int = 2,
    engine_threads: int | None = None,
    target: str = "duckdb",
    write_json: bool = False,
    **variables: Any,
) -> Build:
    """Build the project on a raw folder into `folder`/shop.duckdb.

    Args:
        raw: folder of raw files; None reads the schema `raw` of the warehouse.
        folder: where the warehouse, target/ and logs/ go.
        project: the dbt project; a changed copy for tests of the tests.
        with_tests: also run data and unit tests; an unselected build is the whole `dbt build`.
            Without them dbt is not even told of them, and takes an unselected build for complete.
        knows_tests: tell dbt of the tests all the same.
        select: dbt selectors; none builds everything.
        exclude: dbt selectors of what to leave out.
        threads: number of dbt's threads, so of models built at a time.
        engine_threads: number of DuckDB's own threads in each; None: one a core.
        target: `duckdb` or `spark`.
        write_json: also write dbt's manifest and results, which takes seconds.
        variables: dbt variables, as in dbt_project.yml.
    """
    from dbt.cli.main import dbtRunner

    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / "shop.duckdb"
    os.environ.update(
        WAREHOUSE=str(warehouse),
        THREADS=str(threads),
        TARGET=target,
        DBT_PROFILES_DIR=str(profiles_folder(folder, engine_threads)),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    arguments = ["--log-level", "none", "--log-level-file", "none", "--quiet"]
    arguments += ["build"] if write_json else ["--no-write-json", "build"]
    if select:
        arguments += ["--select", *select]
    if exclude:
        arguments += ["--exclude", *exclude]
    if not with_tests:
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    chosen = {"raw": "" if raw is None else str(raw), **variables}
    arguments += ["--project-dir", str(project), "--vars", repr(chosen)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    # dbt can't copy a manifest with a disabled model, as there is one on Spark
    is_shared = project == ROOT and target == "duckdb"
    knows_tests = knows_tests or with_tests
    manifest = parsed(project, knows_tests).deepcopy() if is_shared else None
    warnings: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level == "warn":
            warnings.append(str(event.info.msg))

    result = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(arguments)
    if target == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()
    results = list(getattr(result.result, "results", None) or [])
    messages = [str(item.message) for item in results if str(item.status) in ("error", "fail")]
    if result.exception is not None:
        messages.append(str(result.exception))
    statuses = {item.node.name: str(item.status) for item in results}
    return Build(warehouse, bool(result.success), messages, statuses, warnings)


def build_once(once: Once, name: str, make: Callable[[Path], Build]) -> Build:
    """Return a green build that all workers share; fail with its messages when it is not green."""
    made = once(name, lambda folder: {**asdict(make(folder)), "warehouse": str(folder)})
    shared = Build(Path(made.pop("warehouse")) / "shop.duckdb", **made)
    assert shared.is_green, shared.messages
    return shared


@cache
def parsed(project: Path, knows_tests: bool = True) -> Any:
    """Return the project's manifest, parsed once in this process.

    Args:
        project: the dbt project.
        knows_tests: False leaves out the tests and what only parsing needs, which spares each build
            about two seconds.
    """
    from dbt.cli.main import dbtRunner

    if not knows_tests:
        manifest = parsed(project).deepcopy()
        manifest.nodes = {
            name: node for name, node in manifest.nodes.items() if node.resource_type != "test"
        }
        manifest.unit_tests, manifest.docs, manifest.files = {}, {}, {}
        return manifest
    folder = Path(os.environ["DBT_PROFILES_DIR"]) / "parse"
    arguments = ["--log-level", "none", "--log-level-file", "none", "--quiet", "parse"]
    arguments += ["--project-dir", str(project), "--target-path", str(folder)]
    result = dbtRunner().invoke([*arguments, "--log-path", str(folder)])
    if not result.success:
        raise RuntimeError(f"dbt could not parse the project: {result.exception}")
    return result.result


def compiled(sql: str, folder: Path) -> str:
    """Return SQL with the project's macros filled in, as DuckDB would run it."""
    from dbt.cli.main import dbtRunner

    os.environ.update(
        WAREHOUSE=":memory:", TARGET="duckdb", DBT_PROFILES_DIR=str(profiles_folder(folder))
    )
    arguments = ["--quiet", "--log-level", "none", "--log-level-file", "none", "compile"]
    arguments += ["--inline", sql, "--project-dir", str(ROOT)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    result = dbtRunner(manifest=parsed(ROOT).deepcopy()).invoke(arguments)
    assert result.success, result.exception
    return str(result.result.results[0].node.compiled_code)


def profiles_folder(folder: Path, engine_threads: int | None = None) -> Path:
    """Return a folder that holds the project's example profile as profiles.yml."""
    profiles = folder / "profiles"
    profiles.mkdir(exist_ok=True)
    text = (ROOT / "profiles.example.yml").read_text(encoding="utf-8")
    if engine_threads is not None:
        place = "      settings:\n"
        assert place in text
        text = text.replace(place, f"{place}        threads: {engine_threads}\n", 1)
    (profiles / "profiles.yml").write_text(text, encoding="utf-8")
    return profiles


def write_csv(folder: Path, **tables: str) -> Path:
    """Write raw tables given as CSV text (indented as the caller likes) and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
