"""Every metric of the metrics layer is what plain SQL on the marts of the sample says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_metricflow.cli.dbt_connectors.dbt_config_accessor import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from warehouse import ROOT, Build, profiles_folder

MONTH = "date_trunc('month', order_date)"
SALES = "from marts.orders where is_valid group by 1"
COHORTS = "from marts.repurchase_rates where dimension = 'all' and is_complete"
COSTS = "from marts.acquisition_costs group by 1"
UNPREDICTED = "sum(first_buyer_count) filter (predicted_value_365d is null)"
LIFETIME_VALUE = "sum(net_revenue_so_far + predicted_value_365d)"
IS_PREDICTED = "bool_and(predicted_value_365d is not null or first_buyer_count = 0)"

BY_MONTH = {
    "revenue": f"select {MONTH}, sum(net_revenue) {SALES}",
    "orders": f"select {MONTH}, count(*) {SALES}",
    "buyers": f"select {MONTH}, count(distinct customer_id) {SALES}",
    "average_order_value": f"select {MONTH}, cast(sum(net_revenue) as double) / count(*) {SALES}",
    "people": "select date_trunc('month', as_of_date), count(*)"
    " from marts.customer_segments group by 1",
    "active_customers": "select date_trunc('month', as_of_date), count(*)"
    " from marts.rfm_history group by 1",
    "value_at_risk": "select date_trunc('month', as_of_date), sum(window_net_revenue)"
    " from marts.customer_value where churn_band = 'high' group by 1",
    "cohort_buyers": f"select cohort_month, sum(buyer_count) {COHORTS} group by 1",
    "cohort_repurchases": f"select cohort_month, sum(repurchased_count) {COHORTS} group by 1",
    **{
        f"repurchase_rate_{days}d": f"select cohort_month, repurchase_rate {COHORTS}"
        f" and horizon_days = {days}"
        for days in (30, 60, 90, 180, 365)
    },
    "acquisition_cost": f"select cohort_month, sum(cost) {COSTS}",
    "first_time_buyers": f"select cohort_month, sum(first_buyer_count) {COSTS}",
    "unpredicted_buyers": f"select cohort_month, coalesce({UNPREDICTED}, 0) {COSTS}",
    "predicted_lifetime_value": f"select cohort_month, {LIFETIME_VALUE} {COSTS}",
    "lifetime_value": f"select cohort_month, case when {IS_PREDICTED} then {LIFETIME_VALUE} end"
    f" {COSTS}",
    "cac": "select cohort_month, case when sum(cost) >= 0"
    f" then cast(sum(cost) as double) / nullif(sum(first_buyer_count), 0) end {COSTS}",
    "ltv_to_cac": f"select cohort_month, case when {IS_PREDICTED} and sum(cost) > 0"
    f" then cast({LIFETIME_VALUE} as double) / cast(sum(cost) as double) end {COSTS}",
}
"""Plain SQL of each metric: (first day of the month, value)."""

BY_DIMENSION = {
    "revenue by customer__acquisition_source": "select acquisition_source, sum(orders.net_revenue)"
    " from marts.orders left join marts.customers using (customer_id) where is_valid group by 1",
    "orders by order__sales_channel": f"select sales_channel, count(*) {SALES}",
    "buyers by order__is_first_order": "select order_number = 1, count(distinct customer_id)"
    f" {SALES}",
    "people by customer__segment_code": "select segment_code, count(*)"
    " from marts.customer_segments group by 1",
    "people by customer__furthest_stage": "select furthest_stage, count(*)"
    " from marts.journey_stages group by 1",
    "people by customer__lifecycle_state": "select lifecycle_state, count(*)"
    " from marts.journey_stages group by 1",
    "people by customer__churn_band": "select churn_band, count(*) from marts.customers"
    " left join marts.customer_value using (customer_id) group by 1",
    "value_at_risk by customer__segment_code": "select segment_code, sum(window_net_revenue)"
    " from marts.customer_value join marts.customer_segments using (customer_id)"
    " where churn_band = 'high' group by 1",
    "active_customers by customer_month__segment_code": "select segment_code, count(*)"
    " from marts.rfm_history where as_of_date = (select max(as_of_date) from marts.rfm_history)"
    " group by 1",
    "cohort_buyers by cohort__horizon_days": f"select horizon_days, sum(buyer_count) {COHORTS}"
    " group by 1",
    "cac by acquisition__source": "select source,"
    f" cast(sum(cost) as double) / nullif(sum(first_buyer_count), 0) {COSTS}",
}
"""The same by what a metric is told apart by: (value of the dimension, value of the metric)."""


@dataclass(frozen=True)
class DuckDbSyntax:
    """What MetricFlow asks of a warehouse to write SQL for it; the test runs the SQL itself."""

    sql_engine_type: SqlEngine = SqlEngine.DUCKDB
    sql_plan_renderer: DuckDbSqlPlanRenderer = field(default_factory=DuckDbSqlPlanRenderer)


@cache
def manifest(folder: Path) -> Any:
    """Return the semantic manifest that a build left in target/, as `mf` reads it."""
    text = (folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8")
    return parse_manifest_from_dbt_generated_manifest(text)


@cache
def engine(folder: Path) -> MetricFlowEngine:
    return MetricFlowEngine(SemanticManifestLookup(manifest(folder)), DuckDbSyntax())  # type: ignore[arg-type]


def asked(build: Build, metrics: Sequence[str], group_by: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (what it is grouped by, the metrics) of the SQL that `mf query` would run."""
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    explained = engine(build.warehouse.parent).explain(request)
    sql = explained.sql_statement.without_descriptions.sql
    return build.rows(f"select {', '.join([*group_by, *metrics])} from ({sql})")


def by_key(rows: Sequence[tuple[Any, ...]]) -> dict[Any, Any]:
    """Return the value of each key; months as text, so that a date equals its midnight."""
    found = {str(key)[:10] if hasattr(key, "year") else key: value for key, value in rows}
    assert len(found) == len(rows)
    return found


def test_every_metric_is_checked_by_month(sample_build: Build) -> None:
    assert {metric.name for metric in manifest(sample_build.warehouse.parent).metrics} == set(
        BY_MONTH
    )


@pytest.mark.parametrize("metric", BY_MONTH)
def test_a_metric_by_month_equals_the_mart(metric: str, sample_build: Build) -> None:
    expected = by_key(sample_build.rows(BY_MONTH[metric]))
    assert expected
    assert_equal(by_key(asked(sample_build, [metric], ["metric_time__month"])), expected)


@pytest.mark.parametrize("question", BY_DIMENSION)
def test_a_metric_by_a_dimension_equals_the_mart(question: str, sample_build: Build) -> None:
    metric, dimension = question.split(" by ")
    expected = by_key(sample_build.rows(BY_DIMENSION[question]))
    assert len(expected) > 1
    assert_equal(by_key(asked(sample_build, [metric], [dimension])), expected)


def test_acquisition_metrics_of_one_row_are_the_figures_of_that_row(sample_build: Build) -> None:
    """LTV : CAC to the last digits, cost per first buyer as the mart rounds it, to 0.0001."""
    parts = ["metric_time__month", *(f"acquisition__{x}" for x in ("source", "medium", "campaign"))]
    rows = asked(sample_build, ["ltv_to_cac", "cac"], parts)
    figures = {row[:4]: row[4:] for row in rows}
    expected = sample_build.rows(
        "select date_trunc('month', cohort_month), source, medium, campaign, ltv_to_cac,"
        " cost_per_first_buyer"
        " from marts.acquisition_costs"
    )
    assert any(row[4] is not None for row in expected)
    assert len(rows) == len(figures) == len(expected)
    for *row, ltv_to_cac, cost in expected:
        found_ltv_to_cac, found_cost = figures[tuple(row)]
        assert found_ltv_to_cac == (ltv_to_cac and pytest.approx(ltv_to_cac, rel=1e-12, abs=0))
        assert found_cost == (cost and pytest.approx(float(cost), abs=0.00005001))


def test_credits_beyond_the_cost_make_no_cost_of_a_customer(
    sample_build: Build, tmp_path: Path
) -> None:
    """As marts.acquisition_costs has it, whose cost_per_first_buyer is null then."""
    credited = Build(Path(shutil.copy(sample_build.warehouse, tmp_path)), is_green=True)
    (tmp_path / "target").mkdir()
    shutil.copy(
        sample_build.warehouse.parent / "target" / "semantic_manifest.json", tmp_path / "target"
    )
    with duckdb.connect(str(credited.warehouse)) as connection:
        connection.execute("update marts.acquisition_costs set cost = -1 where source = 'google'")
        connection.execute("update marts.acquisition_costs set cost = 0 where source = 'naver'")
    found = by_key(asked(credited, ["cac"], ["acquisition__source"]))
    assert (found["google"], found["naver"]) == (None, 0)
    assert found["kakao"] > 0


def assert_equal(found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Counts and money are equal to the last digit, ratios (doubles) within 1e-12."""
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        close = pytest.approx(value, rel=1e-12, abs=0) if isinstance(value, float) else value
        assert found[key] == close, key


def test_of_a_longer_period_the_last_month_end_counts_towards_active_customers(
    sample_build: Build,
) -> None:
    expected = sample_build.rows(
        "select date_trunc('year', as_of_date), count(*) from marts.rfm_history where as_of_date in"
        " (select max(as_of_date) from marts.rfm_history group by year(as_of_date)) group by 1"
    )
    found = asked(sample_build, ["active_customers"], ["metric_time__year"])
    assert by_key(found) == by_key(expected)


def test_the_metrics_layer_has_no_issue_that_metricflow_knows_of(sample_build: Build) -> None:
    result = SemanticManifestValidator[Any]().validate_semantic_manifest(
        manifest(sample_build.warehouse.parent)
    )
    assert [issue.message for issue in result.all_issues] == []


def test_the_days_of_metrics_reach_from_the_first_month_to_the_as_of_day_without_gaps(
    sample_build: Build,
) -> None:
    assert sample_build.rows(
        "select min(metric_day), max(metric_day), count(*) from metrics.metric_days"
    ) == sample_build.rows(
        "select first_day, as_of_date, as_of_date - first_day + 1 from intermediate.int_as_of, ("
        "  select cast(date_trunc('month', least(min(order_date), min(cohort_month))) as date)"
        "    as first_day"
        "  from marts.orders, marts.acquisition_costs"
        ")"
    )


def test_the_commands_of_the_readme_run_after_a_build(sample_build: Build, tmp_path: Path) -> None:
    """As in a user's folder: the project file, profiles.yml, what the build left, and the file."""
    english, korean = (
        re.findall(r"^\.venv/bin/mf (.*?)(?: +#.*)?$", (ROOT / name).read_text("utf-8"), flags=re.M)
        for name in ("README.md", "README.ko.md")
    )
    assert english == korean
    assert len(english) >= 3
    shutil.copy(ROOT / "dbt_project.yml", tmp_path)
    shutil.copy(profiles_folder(tmp_path) / "profiles.yml", tmp_path)
    shutil.copy(sample_build.warehouse, tmp_path)  # `mf` opens it for writing
    shutil.copytree(sample_build.warehouse.parent / "target", tmp_path / "target")
    program = Path(sys.executable).parent / "mf"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")}
    environment["WAREHOUSE"] = str(tmp_path / sample_build.warehouse.name)
    for command in [*english, "validate-configs"]:
        done = subprocess.run(
            [str(program), *command.split()],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
