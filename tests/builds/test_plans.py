"""No model does what only a small shop can afford: pairs of all rows, copies of wide tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from warehouse import Build

FEW_ROWS = {"int_cap_releases": "a handful of frequency caps"}
"""Models that may do so -> why it costs nothing: one of the two tables is a short list."""


ROW_COUNT = "Estimated Cardinality"
WIDE, MANY = 5, 2000
"""Columns and rows of the sample from which on a copy of a table costs a large shop gigabytes."""


@pytest.fixture(scope="module")
def plans(sample_build: Build) -> dict[str, Any]:
    """How DuckDB would make each model, by its name, as a tree."""
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
            found[name] = {"name": name, "children": json.loads(plan)}
    return found


def test_what_can_be_joined_by_equal_keys_is_joined_by_them(plans: dict[str, Any]) -> None:
    """A left join with an `or`, or with a condition on its left side alone, costs DuckDB its hash.

    It then takes every pair of rows: unnoticed on a sample, too much for a large shop.
    """
    found = {name: list(pairwise_keys(plan)) for name, plan in plans.items()}
    assert {name: keys for name, keys in found.items() if keys and name not in FEW_ROWS} == {}


def test_no_wide_table_is_copied_to_be_read_twice(plans: dict[str, Any]) -> None:
    """A common table expression that is read twice is kept whole by DuckDB, however plain it is.

    Two expressions that read the same table with their own columns and conditions cost less.
    """
    found = {name: list(wide_copies(plan)) for name, plan in plans.items()}
    assert {name: copies for name, copies in found.items() if copies} == {}


def pairwise_keys(node: dict[str, Any]) -> Iterator[str]:
    """Return the equal columns in conditions that a plan checks pair of rows by pair of rows."""
    if node["name"].strip() == "BLOCKWISE_NL_JOIN":
        yield from re.findall(r"\(\w+ = [a-z_]\w*\)", str(node["extra_info"]))
    for child in node["children"]:
        yield from pairwise_keys(child)


def wide_copies(node: dict[str, Any]) -> Iterator[str]:
    """Return the names of expressions that a plan keeps a wide copy of a stored table for."""
    if node["name"].strip() == "CTE":
        kept = node["children"][0]
        columns, rows = (kept["extra_info"].get(key, 0) for key in ("Projections", ROW_COUNT))
        is_wide = isinstance(columns, list) and len(columns) > WIDE
        if kept["name"].strip() == "SEQ_SCAN" and is_wide and int(rows) > MANY:
            yield str(node["extra_info"]["CTE Name"])
    for child in node["children"]:
        yield from wide_copies(child)
