"""A build that continues the one before ends in what a build of everything at once ends in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from deliveries import DAYS, begin, deliver, events
from tiny_shop import make_shop
from warehouse import build


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
    quick = {"select": ["+data_quality", "+int_event_files", "+sessions"]}
    before = build(raw, tmp_path / "home", **quick)
    again = build(raw, tmp_path / "home", **quick)
    anew = build(raw, tmp_path / "anew", **quick)
    total = anew.rows(counts)[0][0]
    assert before.rows(counts) == again.rows(counts) == [(total, total - 3, 2, 1)]
    assert anew.rows(counts) == [(total, total - 2, 2, 0)]
