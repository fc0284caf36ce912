"""RFM and the repeat-purchase summary: `python bench/purchases.py TOOL ORDERS AS_OF OUT PROJECT`.

TOOL is pandas, polars or duckdb; the last runs the project's own models, compiled, PROJECT being
the build that they were compiled for. ORDERS is a Parquet file of orders (customer_id, order_date,
is_valid, net_revenue and the same as a double), AS_OF the day. Writes OUT/TOOL_rfm.parquet,
OUT/TOOL_summary.parquet and OUT/TOOL.json, the seconds of both, from reading to written result.

The summary is that of lifetimes' `summary_data_from_transaction_data`: repeat days, days from the
first to the last, days from the first to AS_OF, and mean money of a repeat day.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

WINDOW_DAYS = 365
SHARES = (0.2, 0.4, 0.6, 0.8)
MODELS = {
    "rfm": ("int_rfm_measures", "int_rfm_cut_points", "int_rfm_scores"),
    "summary": ("int_order_days", "int_value_histories"),
}


def pandas_rfm(orders: Path, as_of: date, out: Path) -> None:
    """Write the scores of everybody with a valid order in the window."""
    import numpy as np
    import pandas as pd

    columns = ["customer_id", "order_date", "is_valid", "revenue"]
    read = pd.read_parquet(orders, columns=columns)
    read["order_date"] = pd.to_datetime(read["order_date"])
    end = pd.Timestamp(as_of)
    inside = read["is_valid"] & (read["order_date"] > end - pd.Timedelta(days=WINDOW_DAYS))
    people = (
        read[inside]
        .groupby("customer_id", sort=False)
        .agg(
            last=("order_date", "max"),
            frequency=("order_date", "size"),
            monetary=("revenue", "sum"),
        )
    )
    people["recency_days"] = (end - people["last"]).dt.days
    for name in ("recency_days", "frequency", "monetary"):
        cuts = np.quantile(people[name], SHARES)
        people[name + "_score"] = 1 + np.searchsorted(cuts, people[name], side="left")
    people["recency_days_score"] = 6 - people["recency_days_score"]
    people.drop(columns="last").reset_index().to_parquet(out)


def pandas_summary(orders: Path, as_of: date, out: Path) -> None:
    """Write the repeat-purchase summary of everybody with a valid order."""
    import pandas as pd

    columns = ["customer_id", "order_date", "is_valid", "revenue"]
    read = pd.read_parquet(orders, columns=columns)
    read["order_date"] = pd.to_datetime(read["order_date"])
    days = (
        read[read["is_valid"]]
        .groupby(["customer_id", "order_date"], sort=False)["revenue"]
        .sum()
        .reset_index()
    )
    first = days.groupby("customer_id", sort=False)["order_date"].transform("min")
    days["repeat_revenue"] = days["revenue"].where(days["order_date"] > first, 0)
    people = days.groupby("customer_id", sort=False).agg(
        first=("order_date", "min"),
        last=("order_date", "max"),
        days=("order_date", "size"),
        repeat_revenue=("repeat_revenue", "sum"),
    )
    people["frequency"] = people["days"] - 1
    people["recency"] = (people["last"] - people["first"]).dt.days
    people["age"] = (pd.Timestamp(as_of) - people["first"]).dt.days
    people["monetary"] = (people["repeat_revenue"] / people["frequency"]).fillna(0)
    people[["frequency", "recency", "age", "monetary"]].reset_index().to_parquet(out)


def polars_rfm(orders: Path, as_of: date, out: Path) -> None:
    """Write the scores of everybody with a valid order in the window."""
    import polars as pl

    people = (
        pl.scan_parquet(orders)
        .filter(pl.col("is_valid") & (pl.col("order_date") > as_of - timedelta(days=WINDOW_DAYS)))
        .group_by("customer_id")
        .agg(
            (pl.lit(as_of) - pl.col("order_date").max()).dt.total_days().alias("recency_days"),
            pl.len().alias("frequency"),
            pl.col("revenue").sum().alias("monetary"),
        )
    )

    def score(name: str) -> pl.Expr:
        cuts = [pl.col(name).quantile(share, interpolation="linear") for share in SHARES]
        above = [(pl.col(name) > cut).cast(pl.Int32) for cut in cuts]
        return (1 + above[0] + above[1] + above[2] + above[3]).alias(name + "_score")

    (
        people.with_columns(score("recency_days"), score("frequency"), score("monetary"))
        .with_columns((6 - pl.col("recency_days_score")).alias("recency_days_score"))
        .collect()
        .write_parquet(out)
    )


def polars_summary(orders: Path, as_of: date, out: Path) -> None:
    """Write the repeat-purchase summary of everybody with a valid order."""
    import polars as pl

    (
        pl.scan_parquet(orders)
        .filter(pl.col("is_valid"))
        .group_by("customer_id", "order_date")
        .agg(pl.col("revenue").sum())
        .group_by("customer_id")
        .agg(
            (pl.len() - 1).alias("frequency"),
            (pl.col("order_date").max() - pl.col("order_date").min())
            .dt.total_days()
            .alias("recency"),
            (pl.lit(as_of) - pl.col("order_date").min()).dt.total_days().alias("age"),
            pl.col("revenue")
            .filter(pl.col("order_date") > pl.col("order_date").min())
            .mean()
            .fill_null(0)
            .alias("monetary"),
        )
        .collect()
        .write_parquet(out)
    )


def project_steps(project: Path, orders: Path, as_of: date) -> dict[str, Callable[[Path], None]]:
    """Return the steps in DuckDB: the compiled models as the project keeps them, in memory.

    The seed-like parents (one date, the segments' cells) are copied from the build beforehand.
    """
    import duckdb

    paths = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    catalogue = paths["model.dangol.orders"]["database"]
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"attach ':memory:' as {catalogue}")
    connection.execute(f"use {catalogue}")
    connection.execute("create schema marts")
    connection.execute("create schema intermediate")
    connection.execute(f"attach '{project / f'{catalogue}.duckdb'}' as built (read_only)")
    connection.execute(
        "create table intermediate.int_rfm_cells as from built.intermediate.int_rfm_cells"
    )
    connection.execute("create table intermediate.int_as_of as from built.intermediate.int_as_of")
    connection.execute("detach built")
    connection.execute(
        f"create table intermediate.int_rfm_dates as select date '{as_of}' as as_of_date"
    )
    connection.execute(
        "create table intermediate.int_value_dates as"
        f" select 'now' as fit, date '{as_of}' as fitted_until"
    )
    connection.execute(f"create view marts.orders as from read_parquet('{orders}')")

    def build(step: str) -> None:
        for model in MODELS[step]:
            node = paths[f"model.dangol.{model}"]
            sql = (
                project / "target" / "compiled" / "dangol" / node["original_file_path"]
            ).read_text(encoding="utf-8")
            kind = node["config"]["materialized"]
            connection.execute(f"create or replace {kind} intermediate.{model} as {sql}")

    def rfm(out: Path) -> None:
        build("rfm")
        connection.execute(
            "copy (select customer_id, recency_days, frequency, monetary,"
            " recency_score as recency_days_score, frequency_score, monetary_score"
            f" from intermediate.int_rfm_scores) to '{out}' (format parquet)"
        )

    def summary(out: Path) -> None:
        build("summary")
        connection.execute(
            "copy (select customer_id, repeat_days as frequency, recency_days as recency,"
            " age_days as age,"
            " coalesce(repeat_revenue / nullif(repeat_days, 0), 0)::double as monetary"
            f" from intermediate.int_value_histories) to '{out}' (format parquet)"
        )

    return {"rfm": rfm, "summary": summary}


def run(tool: str, orders: Path, as_of: date, out: Path, project: Path) -> dict[str, float]:
    """Run both steps of a tool, each from the file to the file; return the seconds of each."""
    steps: dict[str, Callable[[Path], None]]
    if tool == "pandas":
        import pandas  # noqa: F401  (loading a library is nobody's step)

        steps = {
            "rfm": lambda path: pandas_rfm(orders, as_of, path),
            "summary": lambda path: pandas_summary(orders, as_of, path),
        }
    elif tool == "polars":
        import polars  # noqa: F401

        steps = {
            "rfm": lambda path: polars_rfm(orders, as_of, path),
            "summary": lambda path: polars_summary(orders, as_of, path),
        }
    else:
        steps = project_steps(project, orders, as_of)
    seconds = {}
    for name, step in steps.items():
        started = time.monotonic()
        step(out / f"{tool}_{name}.parquet")
        seconds[name] = time.monotonic() - started
    return seconds


if __name__ == "__main__":
    tool, orders, as_of, out, project = sys.argv[1:]
    taken = run(tool, Path(orders), date.fromisoformat(as_of), Path(out), Path(project))
    (Path(out) / f"{tool}.json").write_text(json.dumps(taken), encoding="utf-8")
