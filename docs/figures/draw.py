"""Draw the figures of docs/value.md from a warehouse.

    .venv/bin/python docs/figures/draw.py artifacts/cdnow.duckdb docs/figures

The page says how that warehouse is made. matplotlib comes with the environment of `make test`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

STYLE = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.figsize": (6.4, 4.0),
    "font.size": 10,
    "legend.frameon": False,
    # the same file for the same numbers
    "svg.hashsalt": "dangol",
    "svg.fonttype": "none",
}


def calibration(connection: duckdb.DuckDBPyConnection, axes: Axes) -> None:
    """Actual order days of the hidden days against those predicted, by tenth of the prediction."""
    names = {
        "bg_nbd": "BG/NBD",
        "last_period": "last period repeats",
        "average": "everyone average",
    }
    highest = 0.0
    for method, label in names.items():
        rows = connection.execute(
            "select predicted_orders / buyer_count, actual_orders / buyer_count"
            " from marts.value_backtest where method = ? and calibration_group <> 'all'"
            " order by cast(calibration_group as int)",
            [method],
        ).fetchall()
        predicted, actual = zip(*rows, strict=True)
        axes.plot(predicted, actual, "o", label=label, alpha=0.8)
        highest = max(highest, *predicted, *actual)
    axes.plot([0, highest], [0, highest], color="grey", linewidth=0.8, label="as predicted")
    axes.set(xlabel="predicted order days per buyer", ylabel="actual order days per buyer")
    axes.legend()


def survival(connection: duckdb.DuckDBPyConnection, axes: Axes) -> None:
    """Net revenue of each month since the first order, as a share of the cohort's first month."""
    cohorts = connection.execute(
        "select distinct cohort_month from marts.retention_cohorts order by 1 limit 3"
    ).fetchall()
    for (month,) in cohorts:
        rows = connection.execute(
            "select months_since,"
            " net_revenue / first_value(net_revenue) over (order by months_since)"
            " from marts.retention_cohorts where cohort_month = ? order by 1",
            [month],
        ).fetchall()
        since, share = zip(*rows[1:], strict=True)
        axes.plot(since, [100 * float(each) for each in share], "o-", label=f"{month:%B %Y}")
    axes.set(
        xlabel="months since the first order",
        ylabel="net revenue, % of the first month's",
        ylim=(0, None),
    )
    axes.legend(title="first order in")


def lorenz(connection: duckdb.DuckDBPyConnection, axes: Axes) -> None:
    """Share of net revenue that the lowest-spending share of people brings."""
    rows = connection.execute(
        "select 1 - cumulative_customer_share, 1 - cumulative_revenue_share"
        " from marts.revenue_concentration order by 1"
    ).fetchall()
    people, revenue = zip(*rows, (1.0, 1.0), strict=True)
    [(gini, few)] = connection.execute(
        "select any_value(gini_coefficient), any_value(customer_share_for_80_percent)"
        " from marts.revenue_concentration"
    ).fetchall()
    axes.plot(people, revenue, "o-", label=f"CDNOW, Gini {gini:.2f}")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, label="everybody brings the same")
    axes.plot([1 - few], [0.2], "s", color="black", label=f"{few:.0%} of people bring 80 %")
    axes.set(
        xlabel="share of people, from the lowest revenue",
        ylabel="share of net revenue",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend(loc="upper left")


FIGURES = {"calibration": calibration, "survival": survival, "lorenz": lorenz}


def main(warehouse: str, folder: str) -> None:
    """Write every figure as <name>.svg into the folder."""
    mpl.rcParams.update(STYLE)
    with duckdb.connect(warehouse, read_only=True) as connection:
        for name, draw in FIGURES.items():
            figure, axes = plt.subplots(layout="constrained")
            draw(connection, axes)
            figure.savefig(Path(folder) / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
