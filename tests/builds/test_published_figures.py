"""Figures that others published about real data come back from the project's own models."""

from __future__ import annotations

import csv
import filecmp
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from warehouse import CAMPAIGNS, ROOT, Build, Mapped, Once, build, build_once

R_SEGMENTS = ROOT / "tests" / "fixtures" / "rfm_segments_of_r.csv"


@pytest.fixture(scope="session")
def online_retail(once: Once, mapped: Mapped) -> Build:
    """Online Retail, mapped and built as far as its orders, row counts and customer value."""
    return build_once(
        once,
        "online_retail",
        lambda folder: build(
            mapped("online_retail"),
            folder,
            select=["+order_items", "+data_quality", "+value_backtest", "+revenue_concentration"],
            reporting_timezone="Europe/London",
        ),
    )


def make_build(raw: Path, folder: Path, *choices: str) -> Build:
    """Run `make build` with its files in `folder`; without make's own .venv, run `dangol build`."""
    warehouse = folder / "shop.duckdb"
    chosen = [f"RAW={raw}", f"WAREHOUSE={warehouse}", *choices]
    has_environment = any(
        (ROOT / ".venv" / lock).exists()
        and filecmp.cmp(ROOT / "requirements" / lock, ROOT / ".venv" / lock, shallow=False)
        for lock in ("build.lock", "test.lock")
    )
    command = ["make", "build", *chosen]
    if not has_environment:
        command = ["env", *chosen, sys.executable, "-m", "dangol", "build"]
    # what an outer `make test` and tests before this one have set is not what a person has set
    ours = ("MAKE", "MFLAGS", "DBT_", "RAW", "WAREHOUSE", "AS_OF", "TARGET", "CURRENCY", "TIMEZONE")
    environment = {key: text for key, text in os.environ.items() if not key.startswith(ours)}
    environment.update(DBT_TARGET_PATH=str(folder / "target"), DBT_LOG_PATH=str(folder / "logs"))
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return Build(warehouse, done.returncode == 0, [done.stdout, done.stderr])


def test_every_line_of_online_retail_is_read_and_accounted_for(online_retail: Build) -> None:
    [(read, accounted)] = online_retail.rows(
        """
        select rows_read, rows_accepted + rows_rejected + rows_duplicate
        from quality.data_quality
        where table_name = 'order_items'
        """
    )
    assert (read, accounted) == (541_909, 541_909)


def test_every_raw_table_of_online_retail_is_accounted_for(online_retail: Build) -> None:
    differing = online_retail.rows(
        """
        select table_name
        from quality.data_quality
        where rows_read != rows_accepted + rows_rejected + rows_duplicate
        """
    )
    assert differing == []


def test_online_retail_has_the_published_sale_lines(online_retail: Build) -> None:
    [figures] = online_retail.rows(
        """
        select
            count(*),
            count(distinct orders.customer_id),
            count(distinct orders.order_id),
            sum(order_items.quantity * order_items.unit_price)
        from marts.order_items
        inner join marts.orders on order_items.order_id = orders.order_id
        where
            orders.customer_id is not null
            and order_items.quantity > 0
            and order_items.unit_price > 0
        """
    )
    assert figures == (397_884, 4_338, 18_532, Decimal("8911407.904"))


def test_the_segments_of_the_r_package_come_back(mapped: Mapped, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("models", "macros", "seeds", "tests/data"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copyfile(ROOT / "dbt_project.yml", project / "dbt_project.yml")
    shutil.copyfile(R_SEGMENTS, project / "seeds" / "rfm_segments.csv")
    built = build(
        mapped("rfm_orders"),
        tmp_path / "built",
        project=project,
        select=["+rfm_scores"],
        as_of="2006-12-31",
        rfm_window_days=36500,
        rfm_cut_offset=1,
    )
    assert built.is_green, built.messages
    found = built.rows(
        """
        select segment_name_en, count(*), sum(frequency), sum(monetary)
        from marts.rfm_scores
        group by segment_name_en
        order by segment_name_en
        """
    )
    assert found == [
        ("About To Sleep", 102, 283, 23_449),
        ("At Risk", 28, 216, 22_227),
        ("Can't Lose Them", 47, 274, 32_446),
        ("Champions", 35, 316, 31_646),
        ("Lost", 148, 393, 35_324),
        ("Loyal Customers", 170, 799, 76_562),
        ("Need Attention", 10, 57, 4_562),
        ("New Customers", 104, 329, 28_837),
        ("Potential Loyalist", 342, 2_211, 204_856),
        ("Promising", 9, 28, 4_249),
    ]


@pytest.fixture(scope="module")
def cdnow(mapped: Mapped, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """All of CDNOW, through `make build`."""
    folder = tmp_path_factory.mktemp("cdnow")
    built = make_build(mapped("cdnow_master"), folder, "TIMEZONE=America/New_York")
    assert built.is_green, "\n".join(built.messages)
    return built


def test_make_build_gives_the_published_totals_of_cdnow(cdnow: Build) -> None:
    [orders] = cdnow.rows(
        "select count(*), count(distinct customer_id), sum(net_revenue) from marts.orders"
    )
    assert orders == (69_659, 23_570, Decimal("2500315.63"))
    assert cdnow.rows("select count(*), sum(net_revenue) from marts.customers") == [
        (23_570, Decimal("2500315.63"))
    ]


def test_the_page_on_customer_value_shows_these_back_tests(
    cdnow: Build, online_retail: Build
) -> None:
    page = (ROOT / "docs" / "value.md").read_text(encoding="utf-8")
    methods = {
        "bg_nbd": "BG/NBD",
        "last_period": "last period repeats",
        "average": "everyone average",
    }
    for shop, built in (("CDNOW", cdnow), ("Online Retail", online_retail)):
        [(share,)] = built.rows(
            "select distinct customer_share_for_80_percent from marts.revenue_concentration"
        )
        assert f"{share:.1%}".replace("%", " %") in page, shop
        for method, fitted_until, predicted, actual, off, error in built.rows(
            "select method, fitted_until, predicted_orders, actual_orders, difference_share,"
            " mean_absolute_error from marts.value_backtest where calibration_group = 'all'"
        ):
            row = (
                f"| {shop} | {fitted_until + timedelta(days=1)} | {methods[method]}"
                f" | {predicted:,.1f} | {actual:,} | {100 * off:+.1f} % | {error:.3f} |"
            )
            assert row in page


def test_cdnow_has_the_published_fits(cdnow_value: Build) -> None:
    """Fader, Hardie and Lee (2005), table 2, and Fader and Hardie's note on Gamma-Gamma."""
    fitted = {
        (model, parameter): (estimate, likelihood, people)
        for model, parameter, estimate, likelihood, people in cdnow_value.rows(
            "select model, parameter, estimate, log_likelihood, buyer_count"
            " from marts.value_parameters where fit = 'present' and is_converged"
        )
    }
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    for parameter, estimate in published.items():
        found, likelihood, people = fitted["bg_nbd", parameter]
        assert found == pytest.approx(estimate, abs=0.001)
        assert likelihood == pytest.approx(-9582.4, abs=0.1)
        assert people == 2_357
    for parameter, estimate in {"p": 6.25, "q": 3.74, "gamma": 15.44}.items():
        found, _, people = fitted["gamma_gamma", parameter]
        assert found == pytest.approx(estimate, abs=0.02)
        assert people == 946


def test_the_second_39_weeks_of_cdnow_are_predicted_as_published(
    mapped: Mapped, tmp_path: Path
) -> None:
    built = build(
        mapped("cdnow_sample"),
        tmp_path,
        select=["+value_backtest"],
        exclude=CAMPAIGNS,
        as_of="1998-06-30",
        reporting_timezone="America/New_York",
        value_backtest_days=273,
    )
    assert built.is_green, built.messages
    [(predicted, actual)] = built.rows(
        "select predicted_orders, actual_orders from marts.value_backtest"
        " where method = 'bg_nbd' and calibration_group = 'all'"
    )
    assert actual == 1_882
    assert predicted == pytest.approx(1_653, rel=0.01)
    # the paper's one person: x = 2, t_x = 30.43 and T = 38.86 weeks
    expected = built.rows(
        "select distinct round(predicted_orders, 3)"
        " from intermediate.int_backtest_predictions as predictions"
        " inner join intermediate.int_value_histories as histories"
        " on predictions.customer_id = histories.customer_id and histories.fit = 'backtest'"
        " where method = 'bg_nbd' and (repeat_days, recency_days, age_days) = (2, 213, 272)"
    )
    assert expected == [(1.226,)]


def test_ga4_has_the_published_purchases_users_and_event_names(
    mapped: Mapped, tmp_path: Path
) -> None:
    built = build(mapped("ga4"), tmp_path, exclude=CAMPAIGNS, reporting_timezone="UTC")
    assert built.is_green, built.messages
    [events] = built.rows(
        """
        select
            count(*) filter (where event_name = 'purchase'),
            count(distinct anonymous_id),
            count(distinct event_name)
        from intermediate.int_events
        """
    )
    assert events == (624, 19_210, 17)
    assert built.one("select sum(purchase_count) from marts.sessions") == 624
    assert built.one(
        "select count(*) from marts.customer_identities where identifier_type = 'anonymous_id'"
    ) == (19_210)


def test_the_eleven_default_segments_are_a_partition_of_the_125_cells() -> None:
    with (ROOT / "seeds" / "rfm_segments.csv").open(encoding="utf-8", newline="") as file:
        segments = [row for row in csv.DictReader(file) if row["match_order"]]
    measures = ("recency", "frequency", "monetary")
    in_cells = Counter(
        (cell, segment["segment_code"])
        for cell in product(range(1, 6), repeat=3)
        for segment in segments
        if all(
            int(segment[f"{measure}_min"]) <= score <= int(segment[f"{measure}_max"])
            for measure, score in zip(measures, cell, strict=True)
        )
    )
    assert len(segments) == 11
    assert Counter(cell for cell, _ in in_cells) == Counter(product(range(1, 6), repeat=3))
    assert {code for _, code in in_cells} == {segment["segment_code"] for segment in segments}
