"""`dangol why` says of everybody in the ledger which rule decided, with the facts behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse import ROOT, Build

from dangol.settings import Settings, project_vars
from dangol.why import RULES, UnknownPersonError, explain

VARIABLES = project_vars(ROOT, Settings())


def explained(build: Build, identifier: str) -> str:
    """Return the explanation as one text, its white space squeezed."""
    return " ".join(" ".join(explain(build.warehouse, identifier, VARIABLES)).split())


def test_every_reason_of_the_ledger_has_words_and_its_facts(sample_build: Build) -> None:
    found = sample_build.rows(
        "select reason_code, min(customer_id) from audiences.campaign_eligibility group by 1"
    )
    assert len(found) > 9
    for reason, person in found:
        text = explained(sample_build, person)
        assert f" {reason} " in text
        assert "None" not in text, text
        assert "{" not in text, text


def test_words_are_there_for_reasons_that_the_sample_lacks(sample_build: Build) -> None:
    model = (ROOT / "models/audiences/ledger/campaign_eligibility.sql").read_text("utf-8")
    assert all(f"'{reason}'" in model for reason in RULES)
    assert len(RULES) == 15


def test_times_are_those_of_the_shop(sample_build: Build) -> None:
    person, sent = sample_build.rows(
        "select customer_id, strftime(last_sent_at + interval 9 hours, '%Y-%m-%d %H:%M')"
        " from audiences.campaign_eligibility"
        " inner join audiences.campaign_checks using (campaign_id, customer_id, channel)"
        " where reason_code = 'cooling_down' order by all limit 1"
    )[0]
    told = f"got the same campaign on {sent} Asia/Seoul; it rests for"
    assert told in explained(sample_build, person)


def test_each_channel_of_each_campaign_of_a_person_has_its_line(sample_build: Build) -> None:
    person = sample_build.one(
        "select customer_id from audiences.campaign_eligibility"
        " group by customer_id order by count(*) desc, customer_id limit 1"
    )
    lines = explain(sample_build.warehouse, person, VARIABLES)
    rows = sample_build.rows(
        "select channel, reason_code from audiences.campaign_eligibility"
        f" where customer_id = '{person}'"
    )
    shown = [line for line in lines if any(f" {reason} " in line for _, reason in rows)]
    assert len(shown) == len(rows)


def test_a_person_is_found_by_any_identifier(sample_build: Build) -> None:
    cookie, person = sample_build.rows(
        "select identifier, customer_id from marts.customer_identities"
        " where identifier_type = 'anonymous_id' and customer_id is not null"
        " order by identifier limit 1"
    )[0]
    assert f"{person} (asked for as {cookie})" in explained(sample_build, cookie)


def test_nobody_is_found_by_what_is_no_identifier(sample_build: Build) -> None:
    with pytest.raises(UnknownPersonError, match='Nobody goes by "x\' or 1=1"'):
        explain(sample_build.warehouse, "x' or 1=1", VARIABLES)


def test_a_file_without_a_ledger_is_told_from_one(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(duckdb.CatalogException):
        explain(path, "a", VARIABLES)
