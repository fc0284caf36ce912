"""Read a built warehouse, on either engine, without changing it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import duckdb


class Warehouse(Protocol):
    """What the summary and the checks need of an engine."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none where a table that it reads is missing."""

    def tables(self, schema: str) -> list[str]:
        """Return the names of the tables and views of a schema, sorted; none: no schema."""

    def columns(self, schema: str, table: str) -> list[str]:
        """Return the column names of a table in their order; none where it is missing."""


class DuckdbWarehouse:
    """A DuckDB file, opened read-only.

    Raises:
        duckdb.Error: the file is missing, is no DuckDB file, or another process writes to it.
    """

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), read_only=True)
        self._connection.execute("set TimeZone = 'UTC'")

    def __enter__(self) -> DuckdbWarehouse:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none where a table that it reads is missing."""
        try:
            return self._connection.execute(sql).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return []

    def tables(self, schema: str) -> list[str]:
        """Return the names of the tables and views of a schema, sorted."""
        found = self._connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = current_database() and table_schema = ? order by table_name",
            [schema],
        ).fetchall()
        return [str(row[0]) for row in found]

    def columns(self, schema: str, table: str) -> list[str]:
        """Return the column names of a table in their order."""
        found = self._connection.execute(
            "select column_name from information_schema.columns where table_catalog ="
            " current_database() and table_schema = ? and table_name = ? order by ordinal_position",
            [schema, table],
        ).fetchall()
        return [str(row[0]) for row in found]


class SparkWarehouse:
    """The Spark session of this process, where dbt has just built."""

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        self._session: Any = SparkSession.getActiveSession() or SparkSession._instantiatedSession

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none where a table that it reads is missing."""
        from pyspark.errors import AnalysisException

        if self._session is None:
            return []
        try:
            return [tuple(row) for row in self._session.sql(sql).collect()]
        except AnalysisException:
            return []

    def tables(self, schema: str) -> list[str]:
        """Return the names of the tables and views of a schema, sorted."""
        found = self.rows(f"show tables in {schema}")  # namespace, name, is temporary
        return sorted(str(row[1]) for row in found if not row[2])

    def columns(self, schema: str, table: str) -> list[str]:
        """Return the column names of a table in their order."""
        return [str(row[0]) for row in self.rows(f"show columns in {schema}.{table}")]
