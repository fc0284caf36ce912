"""A plugin of dbt-duckdb: gives landing the tombstones of erased people.

`profiles.yml` names it. Where the project has no tombstones it does nothing. The key goes from here
to DuckDB's sessions as a bound value, so that it stands in no SQL text that dbt compiles or logs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from dangol.erasure.engine import attach, set_key
from dangol.erasure.tombstones import folder_of, read_key, read_tombstones


class Plugin(BasePlugin):  # type: ignore[misc]  # dbt has no types
    """Attaches the tombstones to each connection, and gives the key to each of its cursors."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the tombstones and the key, once.

        Raises:
            ErasureError: there are tombstones, and they or their key cannot be used.
        """
        folder = folder_of(Path.cwd())
        self.tombstones = read_tombstones(folder)
        self.key = b""
        if self.tombstones.rows:
            self.key = read_key(folder, self.tombstones, make=False)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach the tombstones."""
        if self.tombstones.rows:
            attach(conn, self.tombstones)

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Give a session the key."""
        if self.tombstones.rows:
            set_key(cursor, self.key)
