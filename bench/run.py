"""The benchmark: `make bench SIZE=small|medium|large`, or `python bench/run.py --help`.

Generates the shop (once; it is kept), builds every model from nothing and again with the files of
the next day, and runs the same work in other ways. Prints one report and writes it, as Markdown, to
FOLDER/SIZE/report.md; docs/benchmarks.md says what each figure means.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
from generate import DAYS, PEOPLE, generate
from measure import Measured, measure

ROOT = Path(__file__).resolve().parents[1]
REPEATED_BELOW = 300.0
"""Seconds: what takes less is run three times, and the median counts."""
TIMES = 3
STEPS = ("core", "full", "limit", "pandas", "polars", "duckdb", "next-day", "with-tests", "spark")
MARTS = {
    "sessions": "marts",
    "orders": "marts",
    "customers": "marts",
    "rfm_scores": "marts",
    "rfm_history": "marts",
    "journey_stages": "marts",
    "retention_cohorts": "marts",
}
LEDGER = {"campaign_eligibility": "audiences"}
GIVEN_TO_LEDGER = ("campaign_members", "campaign_texts")
"""Tables of the build that limit_eligibility.sql reads: what they come from is not in its share."""


@dataclass
class Report:
    """What was found, step by step; kept as JSON, so that a run of some steps renews those alone.

    Args:
        size: of the shop.
        machine: processor, cores, memory, versions.
        rows: raw table -> rows of the history.
        steps: step -> figures.
        models: model -> seconds in the full build.
        limit: statement of limit.sql -> seconds.
        ratios: name -> ratio, or share.
        equal: mart -> rows that the build and limit.sql do not share.
        built: what the warehouse holds: `raw` (the history), `next` (and the next day), or nothing.
    """

    size: str
    machine: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    equal: dict[str, int] = field(default_factory=dict)
    built: str = ""


class Bench:
    """One size of the benchmark in its folder: `raw`, `next`, `run` (what the steps make)."""

    def __init__(self, size: str, folder: Path) -> None:
        self.size = size
        self.folder = folder / size
        self.floor_folder = folder / "tiny"
        self.run_folder = self.folder / "run"
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self.kept = self.folder / "report.json"
        self.report = Report(size)
        if self.kept.exists():
            self.report = Report(**json.loads(self.kept.read_text(encoding="utf-8")))

    def prepare(self) -> None:
        """Generate the shop, and the tiny one that shows dbt's own time, unless they are there."""
        for size, folder in ((self.size, self.folder), ("tiny", self.floor_folder)):
            if not (folder / "next" / "events").is_dir():
                print(f"Generating the {size} shop in {folder}.", flush=True)
                generate(PEOPLE[size], DAYS, folder)
        self.report.machine = _machine()
        self.report.rows = {
            table.name: _one(f"select count(*) from read_parquet('{table}/*.parquet')")
            for table in sorted((self.folder / "raw").iterdir())
        }

    def run(self, step: str) -> None:
        """Run one step and keep what it showed."""
        print(f"{datetime.now():%H:%M:%S} {step}", flush=True)
        builds = {"core": "raw", "full": "raw", "with-tests": "raw", "next-day": "next"}
        if step not in (*builds, "spark") and self.report.built != "raw":
            raise SystemExit(f"{step} needs the build of the history: --steps full {step}")
        if step == "next-day" and self.report.built != "raw":
            raise SystemExit("next-day needs the build of the history: --steps full next-day")
        if step in builds:
            self.report.built = ""
            options = [] if step == "with-tests" else ["--skip-tests"]
            if step == "core":
                options += ["--select", *(f"+{mart}" for mart in MARTS)]
            self._build(step, self.folder, builds[step], options)
            self.report.built = "" if step == "core" else builds[step]
            if self.floor_folder != self.folder:
                self._build(f"{step} (tiny)", self.floor_folder, builds[step], options)
        elif step == "limit":
            self._limit()
        elif step == "spark":
            self._spark()
        else:
            self._purchases(step)
        self._compare_steps()
        self.kept.write_text(json.dumps(asdict(self.report), indent=1), encoding="utf-8")

    def _build(self, step: str, shop: Path, days: str, options: list[str]) -> None:
        """Build with `dangol build`: from nothing, or with the next day on what is there."""
        run = shop / "run"
        raw, warehouse = run / "raw", run / "bench.duckdb"
        is_first = days == "raw"
        if is_first:
            for old in (run / "raw", run / "bench.duckdb.work"):
                shutil.rmtree(old, ignore_errors=True)
            for old in run.glob("bench.duckdb*"):
                old.unlink()
        run.mkdir(exist_ok=True)
        _add_files(shop / days, raw)
        measured = self._dangol(run, options)
        results = json.loads((run / "target" / "run_results.json").read_text(encoding="utf-8"))
        models = {
            str(item["unique_id"]).split(".")[-1]: float(item["execution_time"])
            for item in results["results"]
            if not str(item["unique_id"]).startswith(("test.", "unit_test."))
        }
        figures = _figures([measured])
        figures["dbt_seconds"] = float(results["elapsed_time"])
        figures["nodes"] = len(results["results"])
        figures["parts"] = _parts(run / "target" / "manifest.json", results["results"])
        figures["warehouse_bytes"] = warehouse.stat().st_size
        figures["slowest"] = sorted(models.items(), key=lambda item: -item[1])[:10]
        self.report.steps[step] = figures
        if step == "full" and shop == self.folder:
            self.report.models = models
            shutil.copytree(run / "target", run / "full_target", dirs_exist_ok=True)

    def _dangol(self, run: Path, options: list[str], target: str = "duckdb") -> Measured:
        # a profile of one's own may set other limits
        profiles = run / "profiles"
        profiles.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "profiles.example.yml", profiles / "profiles.yml")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "RAW": str(run / "raw"),
            "WAREHOUSE": str(run / "bench.duckdb"),
            "TARGET": target,
            "SPARK_FOLDER": str(run / "spark"),
            "DBT_PROFILES_DIR": str(profiles),
            "DBT_TARGET_PATH": str(run / "target"),
            "DBT_LOG_PATH": str(run / "logs"),
        }
        for name in ("AS_OF", "CURRENCY", "TIMEZONE", "SIZE"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "dangol", "build", *options]
        return measure(command, ROOT, run / "build.log", environment)

    def _limit(self) -> None:
        """Run the hand-written scripts and compare their rows with those of the full build."""
        result, out = self.run_folder / "limit.json", self.run_folder / "limit.duckdb"
        built = self.run_folder / "bench.duckdb"
        command = [
            *(sys.executable, str(ROOT / "bench" / "limit.py")),
            *(str(path) for path in (self.folder / "raw", out, built, result)),
        ]
        runs: list[Measured] = []
        seconds: list[dict[str, dict[str, float]]] = []
        while len(runs) < TIMES and not (runs and runs[0].seconds > REPEATED_BELOW):
            runs.append(measure(command, ROOT, self.run_folder / "limit.log"))
            seconds.append(json.loads(result.read_text(encoding="utf-8")))
        sums = [{script: sum(made.values()) for script, made in one.items()} for one in seconds]
        middle = sorted(range(len(runs)), key=lambda number: sum(sums[number].values()))[
            len(runs) // 2
        ]
        self.report.steps["limit"] = _figures(runs) | {
            "marts_seconds": sums[middle]["limit.sql"],
            "ledger_seconds": sums[middle]["limit_eligibility.sql"],
        }
        self.report.limit = {
            name: taken for made in seconds[middle].values() for name, taken in made.items()
        }
        self.report.equal = differences(built, out, {**MARTS, **LEDGER})

    def _purchases(self, tool: str) -> None:
        """Run RFM and the repeat-purchase summary with one tool on the orders of the full build."""
        folder = self.run_folder / "purchases"
        folder.mkdir(exist_ok=True)
        project = self.run_folder / "project"
        project.mkdir(exist_ok=True)
        orders = folder / "orders.parquet"
        built = self.run_folder / "bench.duckdb"
        with duckdb.connect(str(built), read_only=True) as connection:
            as_of = connection.execute("select as_of_date from intermediate.int_as_of").fetchall()[
                0
            ][0]
            connection.execute(
                "copy (select customer_id, order_date, is_valid, net_revenue,"
                " net_revenue::double as revenue from marts.orders where customer_id is not null)"
                f" to '{orders}' (format parquet)"
            )
        # the compiled models name the database for which they were compiled
        for source, name in ((built, "bench.duckdb"), (self.run_folder / "full_target", "target")):
            if not (project / name).exists():
                (project / name).symlink_to(source)
        command = [
            *(sys.executable, str(ROOT / "bench" / "purchases.py"), tool, str(orders), str(as_of)),
            *(str(folder), str(project)),
        ]
        runs = []
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(TIMES):
            runs.append(measure(command, ROOT, folder / f"{tool}.log"))
            taken = json.loads((folder / f"{tool}.json").read_text(encoding="utf-8"))
            for name, value in taken.items():
                seconds[name].append(value)
        self.report.steps[tool] = _figures(runs) | {
            f"{name}_seconds": statistics.median(values) for name, values in seconds.items()
        }

    def _spark(self) -> None:
        """Build the same project on Spark, from nothing."""
        run = self.folder / "run_spark"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        _add_files(self.folder / "raw", run / "raw")
        measured = self._dangol(run, ["--skip-tests"], target="spark")
        results = json.loads((run / "target" / "run_results.json").read_text(encoding="utf-8"))
        self.report.steps["spark"] = _figures([measured]) | {
            "dbt_seconds": float(results["elapsed_time"]),
            "nodes": len(results["results"]),
        }
        shutil.rmtree(run / "spark", ignore_errors=True)

    def _compare_steps(self) -> None:
        """Work out the ratios for which both sides are there."""
        steps, ratios = self.report.steps, self.report.ratios
        manifest = self.run_folder / "full_target" / "manifest.json"
        if "limit" in steps and manifest.exists():
            shares = core_models(json.loads(manifest.read_text(encoding="utf-8")))
            for name, key in (("core marts", "marts_seconds"), ("eligibility", "ledger_seconds")):
                spent = sum(self.report.models.get(model, 0.0) for model in shares[name])
                steps["limit"][f"{name} build_seconds"] = spent
                ratios[f"{name}: sum of the models' seconds / limit"] = spent / steps["limit"][key]
        if {"core", "core (tiny)", "limit"} <= set(steps):
            beyond = steps["core"]["dbt_seconds"] - steps["core (tiny)"]["dbt_seconds"]
            ratios["core marts alone, beyond dbt's own time / limit"] = (
                beyond / steps["limit"]["marts_seconds"]
            )
        if {"full", "next-day", "next-day (tiny)"} <= set(steps):
            beyond = steps["next-day"]["seconds"] - steps["next-day (tiny)"]["seconds"]
            ratios["next day beyond dbt's own time / full build"] = (
                beyond / steps["full"]["seconds"]
            )
        for step in ("rfm_seconds", "summary_seconds"):
            for tool in ("pandas", "polars"):
                if {"duckdb", tool} <= set(steps):
                    name = f"{step.removesuffix('_seconds')}: {tool} / DuckDB"
                    ratios[name] = steps[tool][step] / steps["duckdb"][step]
        if {"full", "spark"} <= set(steps):
            ratios["Spark / DuckDB, full build"] = (
                steps["spark"]["seconds"] / steps["full"]["seconds"]
            )


def core_models(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """Return the models that the core marts need, and those that eligibility needs beyond them.

    What stands behind the campaigns' members and texts is left out: limit_eligibility.sql is given
    both.
    """

    def ancestors(names: Iterable[str], stops: Iterable[str] = ()) -> set[str]:
        ended = {f"model.dangol.{name}" for name in stops}
        found: set[str] = set()
        waiting = [f"model.dangol.{name}" for name in names]
        while waiting:
            node = waiting.pop()
            if node in found or node in ended or not node.startswith("model."):
                continue
            found.add(node)
            waiting += manifest["parent_map"][node]
        return {node.split(".")[-1] for node in found}

    core = ancestors(MARTS)
    return {"core marts": core, "eligibility": ancestors(LEDGER, GIVEN_TO_LEDGER) - core}


def differences(built: Path, limit: Path, marts: dict[str, str]) -> dict[str, int]:
    """Return, per mart, the rows that only one of the build and limit.sql has (0: they agree)."""
    found = {}
    with duckdb.connect(config={"memory_limit": "6GB"}) as connection:
        connection.execute(f"attach '{built}' as build (read_only)")
        connection.execute(f"attach '{limit}' as limits (read_only)")
        for mart, schema in marts.items():
            theirs, ours = f"build.{schema}.{mart}", f"limits.limit_marts.{mart}"
            columns = ", ".join(
                row[0] for row in connection.execute(f"describe {theirs}").fetchall()
            )
            left, right = f"select {columns} from {theirs}", f"select {columns} from {ours}"
            found[mart] = sum(
                connection.execute(f"select count(*) from ({one} except all {other})").fetchall()[
                    0
                ][0]
                for one, other in ((left, right), (right, left))
            )
    return found


def to_markdown(report: Report) -> str:
    """Return the report as a section of docs/benchmarks.md."""
    rows = report.rows
    lines = [
        f"## {report.size.capitalize()}: {rows.get('events', 0):,} events,"
        f" {rows.get('orders', 0):,} orders, {PEOPLE[report.size]:,} people",
        "",
        report.machine,
        "",
        "| step | seconds | of them dbt's run | CPU seconds | peak memory | read | written |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, step in report.steps.items():
        dbt = f"{step['dbt_seconds']:,.1f}" if "dbt_seconds" in step else ""
        times = f" (median of {step['times']})" if step["times"] > 1 else ""
        lines.append(
            f"| {name}{times} | {step['seconds']:,.1f} | {dbt} | {step['cpu_seconds']:,.1f} |"
            f" {_gigabytes(step['peak_bytes'])} | {_gigabytes(step['read_bytes'])} |"
            f" {_gigabytes(step['written_bytes'])} |"
        )
    lines += ["", "| what | ratio |", "|---|---:|"]
    lines += [f"| {name} | {ratio:,.2f} |" for name, ratio in report.ratios.items()]
    lines += ["", "| tool | RFM, seconds | repeat-purchase summary, seconds |", "|---|---:|---:|"]
    lines += [
        f"| {tool} | {step['rfm_seconds']:,.2f} | {step['summary_seconds']:,.2f} |"
        for tool, step in report.steps.items()
        if "rfm_seconds" in step
    ]
    builds = [name for name in ("full", "next-day") if name in report.steps]
    if builds:
        parts = sorted({part for name in builds for part in report.steps[name]["parts"]})
        heads = " | ".join(f"{name}, seconds" for name in builds)
        lines += ["", f"| part of the build | {heads} |", "|---|" + "---:|" * len(builds)]
        for part in parts:
            cells = " | ".join(
                f"{report.steps[name]['parts'].get(part, 0):,.1f}" for name in builds
            )
            lines.append(f"| {part} | {cells} |")
        lines += ["", f"| ten slowest | {heads} |", "|---|" + "---:|" * len(builds)]
        for name, taken in report.steps[builds[0]]["slowest"]:
            others = [dict(report.steps[build]["slowest"]).get(name) for build in builds[1:]]
            cells = " | ".join("" if other is None else f"{other:,.1f}" for other in others)
            lines.append(f"| {name} | {taken:,.1f} |" + (f" {cells} |" if others else ""))
    if report.limit:
        lines += [
            "",
            "| limit.sql makes | seconds | rows that differ from the build |",
            "|---|---:|---:|",
        ]
        for name, taken in report.limit.items():
            mart = name.removeprefix("limit_marts.")
            differing = f"{report.equal[mart]:,}" if mart in report.equal else ""
            lines.append(f"| {name} | {taken:,.2f} | {differing} |")
    return "\n".join([*lines, ""])


def _figures(runs: list[Measured]) -> dict[str, Any]:
    """Return the figures of the run with the median time, and the highest memory."""
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return {
        "seconds": middle.seconds,
        "cpu_seconds": middle.cpu_seconds,
        "peak_bytes": max(run.peak_bytes for run in runs),
        "read_bytes": middle.read_bytes,
        "written_bytes": middle.written_bytes,
        "times": len(runs),
    }


def _parts(manifest: Path, results: list[dict[str, Any]]) -> dict[str, float]:
    """Return the seconds of the nodes by layer; two run at a time, so the clock shows less."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    parts: dict[str, float] = defaultdict(float)
    for item in results:
        node = nodes.get(item["unique_id"])
        if node is None or node["resource_type"] == "operation":
            part = "hooks: landing, run history"
        elif node["resource_type"] == "model":
            part = " ".join(
                node["fqn"][1:3] if node["fqn"][1] == "intermediate" else node["fqn"][1:2]
            )
        else:
            part = f"{node['resource_type']}s"
        parts[part] += float(item["execution_time"])
    return dict(parts)


def _add_files(source: Path, target: Path) -> None:
    """Add all files of a folder to another, as second names of the same files where possible."""
    for file in source.rglob("*.parquet"):
        added = target / file.relative_to(source)
        added.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, added)
        except FileExistsError:
            continue
        except OSError:
            shutil.copyfile(file, added)


def _one(sql: str) -> int:
    return int(duckdb.sql(sql).fetchall()[0][0])


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.2f} GB"


def _machine() -> str:
    """Return the machine, the versions and the day in one sentence."""
    words = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("model name\t: ")
    processor = words[1].splitlines()[0] if len(words) > 1 else platform.machine()
    memory = os.sysconf("SC_PAGESIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {processor}, {os.cpu_count()} cores,"
        f" {memory / 2**30:.0f} GiB, {platform.system()}, Python {platform.python_version()},"
        f" DuckDB {duckdb.__version__}."
    )


def main() -> None:
    """Run the steps that were asked for and print the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    sizes = f"SIZE: {', '.join(PEOPLE)}"
    parser.add_argument("size", nargs="?", default=os.environ.get("SIZE") or "small", help=sizes)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "artifacts" / "bench", help="where it all lies"
    )
    parser.add_argument("--steps", nargs="+", choices=STEPS, help="these only; the rest is kept")
    options = parser.parse_args()
    if options.size not in PEOPLE:
        parser.error(f"SIZE is {options.size[:60]!r}; it must be one of {', '.join(PEOPLE)}.")
    steps = options.steps or [
        step
        for step in STEPS
        if options.size in ("tiny", "small") or step not in ("spark", "with-tests")
    ]
    bench = Bench(options.size, options.folder.resolve())
    bench.prepare()
    for step in steps:
        bench.run(step)
    text = to_markdown(bench.report)
    (bench.folder / "report.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"Written to {bench.folder / 'report.md'}.")


if __name__ == "__main__":
    main()
