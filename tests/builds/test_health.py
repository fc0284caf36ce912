"""Silence upstream is noticed: half the usual warns, none fails, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse import Build, Mapped, build, write_csv

LAST = date(2026, 6, 30)
"""A Tuesday."""
SELECTED = ("+health_checks", "+data_quality")
WARNS = "what_came_in_is_as_much_and_as_fresh_as_usual"
FAILS = "no_raw_table_is_silent_that_usually_has_rows_every_day"
CHECKS = "select table_name, check_name, status, message from quality.health_checks order by 1, 2"


def orders(count_of: Callable[[date], int], days: int = 70, last: date = LAST) -> str:
    """Return orders.csv with so many orders on each local day (Seoul), all hours alike."""
    lines = ["order_id,ordered_at,status,gross_amount"]
    for ago in range(days, -1, -1):
        day = last - timedelta(days=ago)
        count = count_of(day)
        for number in range(count):
            moment = datetime(day.year, day.month, day.day) + timedelta(hours=24 * number / count)
            lines.append(f"{day}-{number},{moment.isoformat()}+09:00,paid,1000")
    return "\n".join(lines)


def checked(folder: Path, **options: Any) -> Build:
    """Return a build of the checks and their tests on orders (and other tables) as CSV text."""
    variables = options.pop("variables", {"as_of": str(LAST)})
    raw = write_csv(folder / "raw", **options)
    return build(raw, folder, select=SELECTED, with_tests=True, **variables)


def judged(made: Build) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return (status, message) by table and check."""
    return {(table, check): (status, text) for table, check, status, text in made.rows(CHECKS)}


def test_half_the_usual_orders_warn_and_the_build_stays_green(tmp_path: Path) -> None:
    made = checked(tmp_path, orders=orders(lambda day: 12 if day == LAST else 25))
    assert made.is_green, made.messages
    assert made.statuses[WARNS] == "warn"
    assert judged(made)["orders", "volume"] == (
        "warn",
        "orders: 12 on 2026-06-30, usually 25 on a Tuesday: 48 % of the usual",
    )


def test_none_where_there_are_usually_some_fails_with_the_day_and_the_usual(
    tmp_path: Path,
) -> None:
    made = checked(tmp_path, orders=orders(lambda day: 0 if day == LAST else 25))
    assert not made.is_green
    assert [name for name, status in made.statuses.items() if status in ("error", "fail")] == [
        FAILS
    ]
    said = " ".join(made.messages)
    assert "orders: none on 2026-06-30, usually 25 on a Tuesday." in said
    assert "seeds/health_thresholds.csv" in said
    counted = "select rows_of_day from quality.run_tables where table_name = 'orders'"
    assert made.one(counted) == 0  # a run that fails is noted too


def test_an_unfinished_day_is_compared_with_as_much_of_the_days_before(tmp_path: Path) -> None:
    """Files written just after midnight hold the first minutes of a day, and no order of it yet."""
    begun = "event_id,event_name,occurred_at,anonymous_id\ne1,page_view,2026-06-30T00:10:00+09:00,x"
    made = checked(
        tmp_path,
        orders=orders(lambda day: 0 if day == LAST else 25),
        events=begun,
        variables={},
    )
    assert made.is_green, made.messages
    assert made.statuses[WARNS] == "pass"
    assert judged(made)["orders", "volume"] == ("not_judged", None)
    assert made.one("select as_of_date from intermediate.int_as_of") == LAST


@pytest.mark.parametrize(
    ("what", "count_of", "days"),
    [
        ("a few orders a day", lambda day: day.toordinal() % 4 if day != LAST else 0, 70),
        ("closed on Tuesdays", lambda day: 0 if day.weekday() == LAST.weekday() else 40, 70),
        ("six days old", lambda day: 0 if day == LAST else 40, 6),
        ("loaded once, nine weeks ago", lambda day: 500 if day < LAST - timedelta(57) else 0, 90),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_shop_for_which_a_day_without_orders_is_nothing_new_is_left_in_peace(
    what: str, count_of: Callable[[date], int], days: int, tmp_path: Path
) -> None:
    made = checked(tmp_path, orders=orders(count_of, days))
    assert made.is_green, (what, made.messages)
    assert made.statuses[WARNS] == "pass", (what, made.rows(CHECKS))


def test_the_sample_is_in_good_health(sample_build: Build) -> None:
    statuses = {status for _, _, status, _ in sample_build.rows(CHECKS)}
    assert statuses == {"ok", "not_judged"}
    assert judged(sample_build)["events", "volume"][0] == "ok"


@pytest.mark.parametrize(
    ("name", "zone"),
    [("online_retail", "Europe/London"), ("cdnow_master", "America/New_York"), ("ga4", "UTC")],
)
def test_a_published_data_set_fails_no_check_at_its_own_end(
    name: str, zone: str, mapped: Mapped, tmp_path: Path
) -> None:
    made = build(mapped(name), tmp_path, select=["+health_checks"], reporting_timezone=zone)
    assert made.is_green, made.messages
    assert [row for row in made.rows(CHECKS) if row[2] == "fail"] == []


def test_an_old_day_is_judged_by_what_was_known_then(tmp_path: Path) -> None:
    day = LAST - timedelta(days=10)
    then = checked(
        tmp_path / "then",
        orders=orders(lambda of: 12 if of == day else 25, 60, day),
        variables={"as_of": str(day)},
    )
    now = checked(
        tmp_path / "now",
        orders=orders(lambda of: 12 if of == day else 25),
        variables={"as_of": str(day)},
    )
    assert judged(now)["orders", "volume"][0] == "warn"
    assert now.rows("from quality.health_checks order by all") == then.rows(
        "from quality.health_checks order by all"
    )
