"""Whole builds for tests: the project's own models on any raw folder, in this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("marts", "audiences", "exports", "quality")


@dataclass(frozen=True)
class Build:
    """What a build left behind.

    Args:
        warehouse: the DuckDB file.
        is_green: every model was built and every test that was asked for held.
        messages: the error text of each failure.
        statuses: result by name of model or test.
    """

    warehouse: Path
    is_green: bool
    messages: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, read-only as a BI tool would ask it."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:  # noqa: ANN401 - the type is the query's
        """Return the first value of a query."""
        return self.rows(sql)[0][0]

    def tables(self, schemas: Sequence[str] = PUBLIC) -> list[str]:
        """Return `schema.table` of every table and view in the schemas, sorted."""
        listed = ", ".join(f"'{schema}'" for schema in schemas)
        return [
            str(row[0])
            for row in self.rows(
                "select table_schema || '.' || table_name from information_schema.tables"
                f" where table_schema in ({listed}) order by 1"
            )
        ]

    def hashes(self, schemas: Sequence[str] = PUBLIC) -> dict[str, tuple[int, int]]:
        """Return (rows, order-free hash of all rows) of every table and view in the schemas."""
        found = {}
        for table in self.tables(schemas):
            count, total = self.rows(
                f"select count(*), coalesce(sum(hash(whole_row)::hugeint), 0) from {table} as whole_row"
            )[0]
            found[table] = (int(count), int(total))
        return found


def build(
    raw: Path | None,
    folder: Path,
    *,
    project: Path = ROOT,
    with_tests: bool = False,
    select: Sequence[str] = (),
    threads: int = 2,
    target: str = "duckdb",
    **variables: Any,  # noqa: ANN401 - dbt variables of any type
) -> Build:
    """Build the project on a raw folder into `folder`/shop.duckdb.

    Args:
        raw: folder of raw files; None reads the schema `raw` of the warehouse.
        folder: where the warehouse, target/ and logs/ go.
        project: the dbt project; a changed copy for tests of the tests.
        with_tests: also run data and unit tests; an unselected build is the whole `dbt build`.
        select: dbt selectors; none builds everything.
        threads: number of threads.
        target: `duckdb` or `spark`.
        variables: dbt variables, as in dbt_project.yml.
    """
    from dbt.cli.main import dbtRunner

    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / "shop.duckdb"
    os.environ.update(
        WAREHOUSE=str(warehouse),
        THREADS=str(threads),
        TARGET=target,
        DBT_PROFILES_DIR=str(profiles_folder(folder)),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    arguments = ["--log-level", "none", "--log-level-file", "none", "--quiet", "build"]
    if select:
        arguments += ["--select", *select]
    if not with_tests:
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    chosen = {"raw": "" if raw is None else str(raw), **variables}
    arguments += ["--project-dir", str(project), "--vars", repr(chosen)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    runner = dbtRunner(manifest=parsed(project, target).deepcopy() if project == ROOT else None)
    result = runner.invoke(arguments)
    if target == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()
    results = list(getattr(result.result, "results", None) or [])
    messages = [str(item.message) for item in results if str(item.status) in ("error", "fail")]
    if result.exception is not None:
        messages.append(str(result.exception))
    statuses = {item.node.name: str(item.status) for item in results}
    return Build(warehouse, bool(result.success), messages, statuses)


@cache
def parsed(project: Path, target: str) -> Any:  # noqa: ANN401 - dbt's manifest has no public type
    """Return the project's manifest, parsed once in this process."""
    from dbt.cli.main import dbtRunner

    folder = Path(os.environ["DBT_PROFILES_DIR"]) / "parse"
    result = dbtRunner().invoke(
        ["--log-level", "none", "--log-level-file", "none", "--quiet", "parse"]
        + ["--project-dir", str(project), "--target-path", str(folder), "--log-path", str(folder)]
    )
    if not result.success:
        raise RuntimeError(f"dbt could not parse the project: {result.exception}")
    return result.result


def profiles_folder(folder: Path) -> Path:
    """Return a folder that holds the project's example profile as profiles.yml."""
    profiles = folder / "profiles"
    profiles.mkdir(exist_ok=True)
    shutil.copyfile(ROOT / "profiles.example.yml", profiles / "profiles.yml")
    return profiles


def write_csv(folder: Path, **tables: str) -> Path:
    """Write raw tables given as CSV text (indented as the caller likes) and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
