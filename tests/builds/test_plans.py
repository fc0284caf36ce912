"""No model compares each row of one growing table with each row of another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb
from warehouse import Build

FEW_ROWS = {"int_cap_releases": "a handful of frequency caps"}
"""Models that may do so -> why it costs nothing: one of the two tables is a short list."""


def test_what_can_be_joined_by_equal_keys_is_joined_by_them(sample_build: Build) -> None:
    """A left join with an `or`, or with a condition on its left side alone, costs DuckDB its hash.

    It then takes every pair of rows: unnoticed on a sample, too much for a large shop.
    """
    target = sample_build.warehouse.parent / "target"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    queries = {
        str(node["name"]): (target / "compiled" / "dangol" / node["original_file_path"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }
    assert len(queries) > 150
    found = {}
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        # what it knows of these very rows may simplify a condition away
        connection.execute("set disabled_optimizers = 'statistics_propagation'")
        for name, file in queries.items():
            query = file.read_text(encoding="utf-8")
            plan = connection.execute(f"explain (format json) {query}").fetchall()[0][1]
            pairs = [pair for node in json.loads(plan) for pair in pairwise_keys(node)]
            if pairs and name not in FEW_ROWS:
                found[name] = pairs
    assert found == {}


def pairwise_keys(node: dict[str, Any]) -> Iterator[str]:
    """Return the equal columns in conditions that a plan checks pair of rows by pair of rows."""
    if node["name"].strip() == "BLOCKWISE_NL_JOIN":
        yield from re.findall(r"\(\w+ = [a-z_]\w*\)", str(node["extra_info"]))
    for child in node["children"]:
        yield from pairwise_keys(child)
