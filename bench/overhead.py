"""dbt's overhead: seconds a node of `dangol build` on the sample and of dbt's starter project.

`python bench/overhead.py`. Both run in this environment, on DuckDB, two threads, without partial
parsing, three times each; the median counts. The starter project is what `dbt init` writes: two
models of a few rows and four tests, written here by hand, so that nothing is asked of a person.
"""

import json
import os
import statistics
import sys
import tempfile
import textwrap
from pathlib import Path

from measure import measure

ROOT = Path(__file__).resolve().parents[1]
TIMES = 3
STARTER = {
    "dbt_project.yml": """
        name: starter
        version: 1.0.0
        profile: starter
        models:
          starter:
            example:
              +materialized: view
        flags:
          send_anonymous_usage_stats: false
    """,
    "profiles.yml": """
        starter:
          target: dev
          outputs:
            dev: {type: duckdb, path: starter.duckdb, threads: 2}
    """,
    "models/example/my_first_dbt_model.sql": """
        {{ config(materialized='table') }}

        with source_data as (

            select 1 as id
            union all
            select null as id

        )

        select *
        from source_data
        where id is not null
    """,
    "models/example/my_second_dbt_model.sql": """
        select *
        from {{ ref('my_first_dbt_model') }}
        where id = 1
    """,
    "models/example/schema.yml": """
        version: 2

        models:
          - name: my_first_dbt_model
            description: "A starter dbt model"
            columns:
              - name: id
                description: "The primary key for this table"
                data_tests: [unique, not_null]

          - name: my_second_dbt_model
            description: "A starter dbt model"
            columns:
              - name: id
                description: "The primary key for this table"
                data_tests: [unique, not_null]
    """,
}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> list[float]:
    """Run a build three times; return seconds, dbt's run, nodes, seconds a node."""
    figures = []
    for _ in range(TIMES):
        measured = measure(command, folder, Path(environment["OUTPUT"]), environment)
        results = json.loads(
            (Path(environment["DBT_TARGET_PATH"]) / "run_results.json").read_text(encoding="utf-8")
        )
        nodes = len(results["results"])
        figures.append([measured.seconds, float(results["elapsed_time"]), nodes])
    seconds, elapsed, nodes = (statistics.median(column) for column in zip(*figures, strict=True))
    return [seconds, elapsed, nodes, elapsed / nodes]


def main() -> None:
    """Print both side by side."""
    with tempfile.TemporaryDirectory(prefix="dangol_overhead_") as home:
        starter = Path(home) / "starter"
        for name, text in STARTER.items():
            path = starter / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")

        def environment(name: str) -> dict[str, str]:
            folder = Path(home) / name
            folder.mkdir(exist_ok=True)
            chosen = {
                "OUTPUT": str(folder / "output.log"),
                "DBT_TARGET_PATH": str(folder / "target"),
                "DBT_LOG_PATH": str(folder / "logs"),
                "DBT_PARTIAL_PARSE": "false",
                "PYTHONPATH": str(ROOT / "src"),
                "WAREHOUSE": str(folder / "overhead.duckdb"),
                "RAW": "sample",
                "THREADS": "2",
            }
            kept = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")}
            for key in ("AS_OF", "CURRENCY", "TIMEZONE", "TARGET"):
                kept.pop(key, None)
            return kept | chosen

        dbt = str(Path(sys.executable).parent / "dbt")
        dangol = [sys.executable, "-m", "dangol", "build"]
        table = {
            "starter project, `dbt build`": run(
                [dbt, "build", "--profiles-dir", "."], starter, environment("of_starter")
            ),
            "the sample, `dangol build`": run(dangol, ROOT, environment("of_sample")),
            "the sample, models and seeds only": run(
                [*dangol, "--skip-tests"], ROOT, environment("of_models")
            ),
        }
    print("| what | seconds | before dbt's run | nodes | seconds a node |")
    print("|---|---:|---:|---:|---:|")
    for name, (seconds, elapsed, nodes, each) in table.items():
        print(f"| {name} | {seconds:.1f} | {seconds - elapsed:.1f} | {nodes:.0f} | {each:.3f} |")


if __name__ == "__main__":
    main()
