"""Make the core marts by hand: `python bench/limit.py RAW OUT.duckdb BUILD.duckdb RESULT.json`.

Runs limit.sql, then limit_eligibility.sql, which reads two tables of the finished build BUILD; and
writes the seconds of each statement to RESULT.
"""

import json
import re
import sys
import time
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent
SCRIPTS = ("limit.sql", "limit_eligibility.sql")


def run(raw: Path, out: Path, built: Path | None) -> dict[str, dict[str, float]]:
    """Write the schema `limit_marts` of a new DuckDB file.

    Args:
        raw: folder of raw Parquet files.
        out: the file, replaced when it is there.
        built: a finished build; None leaves limit_eligibility.sql out.

    Returns:
        script -> what a statement makes -> seconds.
    """
    out.unlink(missing_ok=True)
    seconds: dict[str, dict[str, float]] = {}
    settings = {
        "threads": 2,
        "memory_limit": "6GB",
        "storage_compatibility_version": "v1.4.0",  # as profiles.example.yml has it
    }
    with duckdb.connect(str(out), config=settings) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        connection.execute("set variable raw = $1", [str(raw)])
        connection.execute("set variable seeds = $1", [str(FOLDER.parent / "seeds")])
        if built:
            connection.execute(f"attach '{built}' as build (read_only)")
        for script in SCRIPTS[: 2 if built else 1]:
            seconds[script] = {}
            text = (FOLDER / script).read_text(encoding="utf-8")
            for statement in connection.extract_statements(text):
                started = time.monotonic()
                connection.execute(statement)
                taken = time.monotonic() - started
                made = re.search(
                    r"create (?:temp )?(?:table|macro|schema) (\w+\.?\w+)", statement.query
                )
                name = made[1] if made else "variables"
                seconds[script][name] = seconds[script].get(name, 0) + taken
    return seconds


if __name__ == "__main__":
    raw, out, built, result = (Path(text) for text in sys.argv[1:])
    result.write_text(json.dumps(run(raw, out, built)), encoding="utf-8")
