"""A build that continues the one before ends in what a build of everything at once ends in."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from deliveries import DAYS, begin, deliver, events, in_order, late
from tiny_shop import make_shop
from warehouse import Build, build

from dangol.erasure.erasing import Places, erase

QUICK = {"select": ["+data_quality", "+int_event_files", "+sessions"]}
"""What follows the events, and what counts them."""


def differences_in_what_both_built(following: Build, anew: Build) -> dict[str, list[str]]:
    """Return the tables that differ; what only an earlier build has made counts for nothing."""
    built = anew.tables()
    return {name: rows for name, rows in following.differences(anew).items() if name in built}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of raw files, and of the warehouse that the tests go on from."""
    folder = tmp_path_factory.mktemp("begun")
    begin(folder / "raw")
    built = build(folder / "raw", folder / "home")
    assert built.is_green, built.messages
    return folder


@pytest.mark.parametrize("day", DAYS)
def test_a_next_build_equals_a_full_refresh(begun: Path, tmp_path: Path, day: str) -> None:
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    for delivered in DAYS[day]:
        delivered(make_shop(5), raw)
    following = build(raw, tmp_path / "home")
    anew = build(raw, tmp_path / "anew")
    assert following.is_green and anew.is_green, following.messages + anew.messages
    assert following.one("select is_continued from landing.event_window")
    assert following.differences(anew) == {}


def test_an_event_that_comes_too_late_waits_for_the_next_full_refresh(
    begun: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    deliver(
        raw,
        "too_late",
        *events(
            {
                "event_id": "z1",
                "anonymous_id": "bridge",
                "occurred_at": "2026-03-01T10:00:00",
                "received_at": "2026-04-01T10:00:00",
            },
            {"event_id": "z2", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )
    counts = (
        "select rows_read - rows_rejected, rows_accepted, rows_duplicate, rows_waiting"
        " from quality.data_quality where table_name = 'events'"
    )
    before = build(raw, tmp_path / "home", **QUICK)
    again = build(raw, tmp_path / "home", **QUICK)
    anew = build(raw, tmp_path / "anew", **QUICK)
    total = anew.rows(counts)[0][0]
    assert before.rows(counts) == again.rows(counts) == [(total, total - 4, 3, 1)]
    assert anew.rows(counts) == [(total, total - 3, 3, 0)]


def test_a_correction_that_comes_too_late_waits_and_a_copy_is_a_duplicate(
    begun: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    again = {
        "event_id": "e1",
        "anonymous_id": "bridge",
        "occurred_at": "2026-03-29T10:00:00",
        "received_at": "2026-04-03T03:00:00",
    }
    deliver(
        raw,
        "again",
        *events(
            again,
            {**again, "event_name": "add_to_cart"},
            {"event_id": "z2", "anonymous_id": "a1", "occurred_at": "2026-04-03T03:00:00"},
        ),
    )
    built = build(raw, tmp_path / "home", select=["+int_event_files"])
    assert built.is_green, built.messages
    assert built.rows(
        "select event_id, is_copy from intermediate.int_postponed_events order by is_copy"
    ) == [("e1", False), ("e1", True)]


def test_a_file_that_a_run_began_and_did_not_end_may_be_withdrawn(
    begun: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    late(make_shop(5), raw)
    partial = build(raw, tmp_path / "home", select=["+sessions"])
    assert partial.is_green, partial.messages
    (raw / "events" / "late.csv").unlink()
    in_order(make_shop(5), raw)
    following = build(raw, tmp_path / "home", **QUICK)
    anew = build(raw, tmp_path / "anew", **QUICK)
    assert following.is_green and anew.is_green, following.messages + anew.messages
    assert following.one("select is_continued from landing.event_window")
    assert differences_in_what_both_built(following, anew) == {}


def test_days_of_interest_are_read_again_when_the_as_of_day_moves_back(
    begun: Path, tmp_path: Path
) -> None:
    """An event of a wrong year leaves no older day within the 90; without it they count again."""
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    event = {"event_id": "w1", "anonymous_id": "bridge"}
    deliver(raw, "old", *events({**event, "event_id": "w0", "occurred_at": "2026-02-10T10:00:00"}))
    deliver(raw, "wrong", *events({**event, "occurred_at": "2027-03-31T10:00:00"}))
    built = build(raw, tmp_path / "home", **QUICK)
    assert built.one("select count(*) from intermediate.int_visitor_product_days") == 1
    (raw / "events" / "wrong.csv").unlink()
    deliver(raw, "right", *events({**event, "occurred_at": "2026-04-02T10:00:00"}))
    following = build(raw, tmp_path / "home", **QUICK)
    anew = build(raw, tmp_path / "anew", **QUICK)
    assert following.one(
        "select is_continued and first_day_read > '2026-03-01' from landing.event_window"
    )
    days = "select * from intermediate.int_visitor_product_days order by all"
    assert following.rows(days) == anew.rows(days)


@pytest.fixture(scope="module")
def all_at_once(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """What two deliveries more come to where nothing was built before."""
    folder = tmp_path_factory.mktemp("all_at_once")
    raw = Path(shutil.copytree(begun / "raw", folder / "raw"))
    for delivered in (in_order, late):
        delivered(make_shop(5), raw)
    return build(raw, folder, **QUICK)


@pytest.mark.parametrize(
    ("selected", "excluded", "delivered_before"),
    [
        (["stg_events+"], [], 0),
        (["stg_events+"], [], 1),
        (QUICK["select"], ["int_delivered_events"], 2),
        (QUICK["select"], ["int_event_slots"], 2),
    ],
)
def test_a_build_of_some_models_loses_no_event_for_the_next(
    begun: Path,
    all_at_once: Build,
    tmp_path: Path,
    selected: list[str],
    excluded: list[str],
    delivered_before: int,
) -> None:
    shutil.copytree(begun / "home", tmp_path / "home")
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    for delivered in (in_order, late)[:delivered_before]:
        delivered(make_shop(5), raw)
    partial = build(raw, tmp_path / "home", select=selected, exclude=excluded)
    assert partial.is_green, partial.messages
    for delivered in (in_order, late)[delivered_before:]:
        delivered(make_shop(5), raw)
    following = build(raw, tmp_path / "home", **QUICK)
    assert following.is_green, following.messages
    assert differences_in_what_both_built(following, all_at_once) == {}


def test_an_as_of_day_that_moves_on_takes_what_was_received_since(
    begun: Path, tmp_path: Path
) -> None:
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    seen = {"event_id": "k1", "anonymous_id": "a1", "occurred_at": "2026-03-10T03:00:00"}
    corrected = {**seen, "event_name": "add_to_cart", "received_at": "2026-04-03T03:00:00"}
    deliver(raw, "corrected", *events(seen, corrected))
    first = build(raw, tmp_path / "home", as_of="2026-03-31", **QUICK)
    following = build(raw, tmp_path / "home", as_of="2026-04-06", **QUICK)
    anew = build(raw, tmp_path / "anew", as_of="2026-04-06", **QUICK)
    assert first.is_green and following.is_green and anew.is_green
    assert following.one("select is_continued from landing.event_window")
    assert differences_in_what_both_built(following, anew) == {}


def test_kept_events_of_people_erased_elsewhere_go_with_their_tombstones(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANGOL_ERASURES", str(tmp_path / "erasures"))
    shutil.copytree(begun / "home", tmp_path / "home")
    elsewhere = Path(shutil.copytree(begun / "home", tmp_path / "elsewhere"))
    folders = (elsewhere / name for name in ("exports", "target", "logs", "scratch"))
    erase(
        Places(elsewhere, elsewhere / "shop.duckdb", *folders),
        ["c01"],
        date(2026, 4, 1),
        {"phone_country_code": "82", "max_customers_per_contact": "3"},
        say=lambda _: None,
    )
    raw = Path(shutil.copytree(begun / "raw", tmp_path / "raw"))
    in_order(make_shop(5), raw)
    following = build(raw, tmp_path / "home", **QUICK)
    anew = build(raw, tmp_path / "anew", **QUICK)
    assert following.is_green and anew.is_green, following.messages + anew.messages
    assert following.one("select count(*) from marts.sessions where customer_id = 'c01'") == 0
    assert differences_in_what_both_built(following, anew) == {}
