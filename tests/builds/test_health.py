"""Silence upstream is noticed: half the usual warns, none fails, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse import Build, build, write_csv

LAST = date(2026, 6, 30)
"""A Tuesday."""
CHAIN = ("stg_orders", "int_as_of", "int_raw_spans+")
"""What changes with the orders; the staging tables of everything else are empty and stay so."""
WARNS = "what_came_in_is_as_much_and_as_fresh_as_usual"
FAILS = "no_raw_table_is_silent_that_usually_has_rows_every_day"
BEGUN = "\nnew,2026-07-01T00:10:00+09:00,paid,1000"
"""One order of the morning after."""
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


@dataclass
class Shop:
    """A shop with nothing but orders, checked again and again in one warehouse.

    Args:
        folder: of its raw files and its warehouse.
        is_built: whether the staging tables of everything else are there.
    """

    folder: Path
    is_built: bool = False

    def checked(self, orders: str, **variables: Any) -> Build:
        """Return a build of the checks on these orders."""
        raw = write_csv(self.folder / "raw", orders=orders)
        chain = CHAIN if self.is_built else ["+health_checks"]
        made = build(raw, self.folder, select=chain, **variables)
        assert made.is_green, made.messages
        self.is_built = True
        return made

    def tested(self, **variables: Any) -> Build:
        """Return a run of the two tests of the checks that were made last."""
        return build(
            self.folder / "raw", self.folder, select=[WARNS, FAILS], with_tests=True, **variables
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The one shop of these tests."""
    return Shop(tmp_path_factory.mktemp("health"))


def volume(made: Build) -> tuple[str, str | None]:
    """Return status and message of the check of the number of orders."""
    [(status, message)] = [row[2:] for row in made.rows(CHECKS) if row[:2] == ("orders", "volume")]
    return status, message


def test_half_the_usual_orders_warn_and_the_build_stays_green(shop: Shop) -> None:
    made = shop.checked(orders(lambda day: 12 if day == LAST else 25), as_of=str(LAST))
    said = "orders: 12 on 2026-06-30, usually 25 on a Tuesday: 48 % of the usual"
    assert volume(made) == ("warn", said)
    tested = shop.tested()
    assert tested.is_green, tested.messages
    assert (tested.statuses[WARNS], tested.statuses[FAILS]) == ("warn", "pass")


def test_none_where_there_are_usually_some_fails_with_the_day_and_the_usual(shop: Shop) -> None:
    shop.checked(orders(lambda day: 0 if day == LAST else 25), as_of=str(LAST))
    tested = shop.tested()
    assert not tested.is_green
    assert (tested.statuses[WARNS], tested.statuses[FAILS]) == ("pass", "error")
    said = " ".join(tested.messages)
    assert "orders: none on 2026-06-30, usually 25 on a Tuesday." in said
    assert "seeds/health_thresholds.csv" in said


def test_a_new_shop_may_be_closed_on_saturdays(shop: Shop) -> None:
    """The two Saturdays before had no order; the two Mondays before had some."""
    saturday, monday = date(2026, 6, 27), date(2026, 6, 29)
    made = shop.checked(
        orders(
            lambda day: 0 if day.weekday() == saturday.weekday() else 25, days=17, last=saturday
        ),
        as_of=str(saturday),
    )
    assert volume(made) == ("not_judged", None)
    made = shop.checked(
        orders(lambda day: 0 if day == monday else 25, days=17, last=monday), as_of=str(monday)
    )
    assert volume(made) == ("fail", "orders: none on 2026-06-29, usually 25 a day")


def test_the_first_minutes_of_a_day_are_compared_with_those_of_the_days_before(shop: Shop) -> None:
    """Files written just after midnight hold one order of a day that nobody says is over."""
    made = shop.checked(orders(lambda day: 25, last=LAST) + BEGUN)
    assert str(made.one("select as_of_date from intermediate.int_as_of")) == "2026-07-01"
    assert volume(made) == ("not_judged", None)
    made = shop.checked(orders(lambda day: 25, last=LAST) + BEGUN, as_of="2026-07-01")
    said = "orders: 1 on 2026-07-01, usually 25 on a Wednesday: 4 % of the usual"
    assert volume(made) == ("warn", said)


def test_an_old_day_is_judged_by_what_was_known_then(shop: Shop) -> None:
    day = LAST - timedelta(days=10)
    everything = "from quality.health_checks order by all"
    now = shop.checked(orders(lambda of: 12 if of == day else 25), as_of=str(day)).rows(everything)
    known = orders(lambda of: 12 if of == day else 25, days=60, last=day)
    then = shop.checked(known, as_of=str(day)).rows(everything)
    assert now == then
    assert [row[2] for row in now if row[:2] == ("orders", "volume")] == ["warn"]


def test_orders_without_an_exchange_rate_are_rejected_rows_of_their_day(shop: Shop) -> None:
    """Of 100 orders of the last day 40 are in dollars, which nobody gave a rate for."""
    header, *lines = orders(lambda of: 100, days=40).splitlines()
    dollars = [f"{LAST}-{number}," for number in range(40)]
    rows = [f"{line},{'USD' if line.startswith(tuple(dollars)) else 'KRW'}" for line in lines]
    made = shop.checked(
        "\n".join([f"{header},currency", *rows]), as_of=str(LAST), reporting_currency="KRW"
    )
    found = {row[1]: row[2:] for row in made.rows(CHECKS) if row[0] == "orders"}
    said = "orders: 40.0 % of 100 of 2026-06-30 rejected, usually 0.0 %"
    assert found["rejected_share"] == ("warn", said)
    said = "orders: 60 on 2026-06-30, usually 100 on a Tuesday: 60 % of the usual"
    assert found["volume"] == ("ok", said)


def test_the_sample_is_in_good_health(sample_build: Build) -> None:
    rows = sample_build.rows(CHECKS)
    assert {status for _, _, status, _ in rows} == {"ok", "not_judged"}
    assert ("events", "volume", "ok") in [row[:3] for row in rows]
