"""What the pages say is so: code runs, rows are the sample's, lists are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from warehouse import ROOT, Build

READMES = ("README.md", "README.ko.md")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", READMES)
def test_the_python_of_the_readme_runs_on_the_built_file(
    name: str, sample_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dangol.duckdb").symlink_to(sample_build.warehouse)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page(name), flags=re.S)
    names: dict[str, object] = {}
    exec(code, names)
    segments = names["segments"]
    assert len(segments) == 11  # type: ignore[arg-type]
    assert list(segments.columns) == ["segment_name_en", "customers", "net_revenue"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", READMES)
def test_the_segments_shown_are_those_of_the_sample(name: str, sample_build: Build) -> None:
    rows = sample_build.rows(
        "select segment_name_en, segment_name_ko, count(*), round(avg(recency_days)),"
        " round(avg(frequency), 1), round(avg(monetary)) from marts.rfm_scores group by 1, 2"
    )
    built = {f"| {en} | {ko} | {n} | {r:.0f} | {f} | {m:,.0f} |" for en, ko, n, r, f, m in rows}
    shown = [line for line in page(name).splitlines() if line.count("|") == 7]
    lines = [line for line in shown if line.split("|")[3].strip().isdigit()]
    assert len(lines) == 5
    assert set(lines) <= built


@pytest.mark.parametrize("name", READMES)
def test_the_funnel_shown_is_that_of_the_sample(name: str, sample_build: Build) -> None:
    for stage, count, share, days in sample_build.rows(
        "select stage, customer_count, share_of_acquired, median_days_from_acquired"
        " from marts.journey_funnel where cohort_month = date '2026-03-01'"
    ):
        assert f"| {stage} | {count} | {share:.4f} | {days:.0f} |" in page(name)


@pytest.mark.parametrize("name", READMES)
def test_the_audience_row_shown_is_in_the_sample(name: str, sample_build: Build) -> None:
    rows = sample_build.rows(
        "select customer_id, trigger_key, cast(triggered_at as varchar), variables"
        " from audiences.audience_cart_abandonment"
    )
    assert any(f"| {' | '.join(row)} |" in page(name) for row in rows)


@pytest.mark.parametrize("name", READMES)
def test_the_reasons_shown_are_those_of_the_sample(name: str, sample_build: Build) -> None:
    rows = sample_build.rows(
        "select reason_code, count(*) from audiences.campaign_eligibility"
        " where campaign_id = 'winback' group by 1"
    )
    for reason, count in rows:
        assert f"| {reason} | {count} |" in page(name)


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_every_public_table(name: str, sample_build: Build) -> None:
    for table in sample_build.tables():
        assert table.split(".")[1] in page(name), table


def test_the_page_on_raw_data_names_every_table_and_column_of_the_contract() -> None:
    contract = yaml.safe_load(page("models/staging/_landing__sources.yml"))
    rows = {
        line.split("|")[1].strip(" `"): line
        for line in page("docs/raw-data.md").splitlines()
        if line.startswith("| `")
    }
    tables = contract["sources"][0]["tables"]
    assert sorted(rows) == sorted(table["name"] for table in tables)
    for table in tables:
        for column in table["columns"]:
            meta = (column.get("config") or {}).get("meta", {})
            if not meta.get("landing"):
                star = "*" if meta.get("required") else ""
                assert f"{column['name']}{star}" in rows[table["name"]], column["name"]


def test_the_page_on_campaigns_shows_a_text_of_each_as_the_sample_has_it(
    sample_build: Build,
) -> None:
    shown = {
        line.split("|")[1].split("`")[1]: line
        for line in page("docs/campaigns.md").splitlines()
        if line.startswith("| `")
    }
    campaigns = sample_build.rows("select campaign_id, name_ko from reference.campaigns")
    assert shown.keys() == {campaign for campaign, _ in campaigns}
    by_hand = set()
    for campaign, name in campaigns:
        assert name in shown[campaign]
        for language in ("ko", "en"):
            texts = sample_build.rows(
                "select distinct concat_ws('<br>', title, replace(body, chr(10), '<br>'))"
                f" from audiences.campaign_texts where problem is null and language = '{language}'"
                f" and campaign_id = '{campaign}'"
            )
            if language == "en" and not texts:
                by_hand.add(campaign)
                continue
            assert any(f"| {text} |" in shown[campaign] for (text,) in texts), campaign
    assert len(by_hand) == 4  # as the page says


def test_every_proof_that_the_page_on_messaging_names_is_there() -> None:
    table = page("docs/messaging.md").split("## The rules, the law")[1]
    named = set(re.findall(r"`([a-z0-9_]{20,}|test_[a-z0-9_]+\.py)`", table))
    files = [path for folder in ("models", "tests") for path in (ROOT / folder).rglob("*")]
    unit_tests = {
        test["name"]
        for path in files
        if path.name.endswith("__unit_tests.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]
    }
    proofs = unit_tests | {path.stem for path in files} | {path.name for path in files}
    assert len(named) > 50
    assert named <= proofs, named - proofs
