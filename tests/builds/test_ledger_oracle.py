"""The ledger against the page: 12,000 made-up people, judged by the SQL and by plain Python.

`ledger_shop.py` makes the people, at the edges of the rules; `ledger_oracle.py` is the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_oracle import CHANNELS, REASONS, ZONES, Key, Oracle, Settings, Verdict, planned_at
from ledger_shop import CAMPAIGNS, CAPS, SHOPS, built_shop, make_shop, rows_of
from warehouse import Build, Once

LEAST = 20
"""So many rows of the builds have each reason, or the builds say nothing about it."""

Built = Callable[[str], Build]
shops = pytest.mark.parametrize("shop", SHOPS)


@pytest.fixture(scope="module")
def built(once: Once) -> Built:
    """Return the function from the name of a shop to its build."""
    return cache(lambda name: built_shop(once, name))


@pytest.fixture(scope="module")
def oracle() -> Callable[[str], Oracle]:
    """Return the function from the name of a shop to its oracle."""
    return cache(lambda name: Oracle(make_shop(name), SHOPS[name], CAMPAIGNS, CAPS))


def in_utc(moment: datetime | None) -> datetime | None:
    """Return a time of the warehouse with its zone."""
    return moment and moment.replace(tzinfo=timezone.utc)


def ledger_of(build: Build) -> dict[Key, Verdict]:
    """Return the ledger of a build; no row stands in it twice."""
    rows = build.rows(
        "select campaign_id, customer_id, channel, reason_code, send_at"
        " from audiences.campaign_eligibility"
    )
    ledger = {tuple(row[:3]): Verdict(row[3], in_utc(row[4])) for row in rows}
    assert len(ledger) == len(rows)
    return ledger


def judged_by(oracle: Oracle, build: Build) -> dict[Key, Verdict]:
    """Return the oracle's ledger over the audiences, best hours and texts of a build."""
    return oracle.verdicts(
        members={
            (campaign_id, customer_id): product_id
            for campaign_id, customer_id, product_id in build.rows(
                "select campaign_id, customer_id, product_id from audiences.campaign_members"
            )
        },
        best_hours=dict(
            build.rows(
                "select customer_id, best_hour from intermediate.int_best_hours"
                " where best_hour is not null"
            )
        ),
        good_texts=set(
            build.rows(
                "select campaign_id, customer_id, channel from audiences.campaign_texts"
                " where problem is null"
            )
        ),
    )


@shops
def test_every_row_of_the_ledger_is_what_the_page_says(
    shop: str, built: Built, oracle: Callable[[str], Oracle]
) -> None:
    found, expected = ledger_of(built(shop)), judged_by(oracle(shop), built(shop))
    assert found.keys() == expected.keys()
    different = [key for key in sorted(expected) if found[key] != expected[key]]
    kinds = Counter((expected[key].reason_code, found[key].reason_code) for key in different)
    facts = [
        f"{key}: expected {expected[key]}, found {found[key]},"
        f" of {rows_of(make_shop(shop), key[1])}"
        for key in different[:5]
    ]
    assert not different, "\n\n".join([f"(expected, found): {dict(kinds)}", *facts])


@shops
def test_a_reason_has_the_number_of_its_rule(shop: str, built: Built) -> None:
    numbers = dict(
        built(shop).rows(
            "select distinct reason_code, rule_number from audiences.campaign_eligibility"
        )
    )
    rules = {reason: number for number, reason in enumerate(REASONS, 1)}
    assert numbers == {reason: rules.get(reason) for reason in numbers}


@shops
def test_the_recipients_are_the_eligible_rows_with_the_arm_of_the_page(
    shop: str, built: Built, oracle: Callable[[str], Oracle]
) -> None:
    found = {
        (campaign_id, customer_id, channel): (variant, in_utc(send_at))
        for campaign_id, customer_id, channel, variant, send_at in built(shop).rows(
            "select campaign_id, customer_id, channel, variant, send_at"
            " from audiences.campaign_recipients"
        )
    }
    assert found == {
        key: (oracle(shop).arm(CAMPAIGNS[key[0]], key[1]), verdict.send_at)
        for key, verdict in ledger_of(built(shop)).items()
        if verdict.reason_code == "eligible"
    }


@shops
def test_every_message_of_a_plan_goes_out_in_its_24_hours(shop: str, built: Built) -> None:
    begins_at = SHOPS[shop].ends_at
    outside = [
        (key, verdict.send_at)
        for key, verdict in ledger_of(built(shop)).items()
        if verdict.send_at and not begins_at <= verdict.send_at < begins_at + timedelta(days=1)
    ]
    assert outside == []


def test_ten_thousand_people_meet_every_rule_on_every_channel(built: Built) -> None:
    people, reasons, channels = set(), Counter(), Counter()
    for shop in SHOPS:
        for (campaign_id, customer_id, channel), verdict in ledger_of(built(shop)).items():
            people.add(customer_id)
            reasons[verdict.reason_code] += 1
            if verdict.reason_code == "eligible":
                channels[channel, CAMPAIGNS[campaign_id].is_ad] += 1
    print(f"{len(people)} people", dict(reasons), dict(channels), sep="\n")
    assert len(people) >= 10_000
    assert {reason for reason in (*REASONS, "eligible") if reasons[reason] < LEAST} == set()
    assert {
        (channel, is_ad)
        for channel in CHANNELS
        for is_ad in (True, False)
        if channels[channel, is_ad] < LEAST
    } == set()


# --- the oracle itself: a time is what the law and the plan allow


SEOUL = ZoneInfo("Asia/Seoul")


@settings(derandomize=True, database=None, deadline=None)
@given(
    as_of=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    zone=st.sampled_from(sorted(name for name in ZONES if "/" in name)),
    clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    channel=st.sampled_from(CHANNELS),
    has_night_consent=st.booleans(),
)
def test_the_oracle_plans_no_advertising_for_the_night(
    as_of: date, zone: str, clock: time, channel: str, has_night_consent: bool
) -> None:
    plan = Settings(as_of=as_of)
    at = planned_at(
        clock,
        ZoneInfo(zone),
        channel,
        is_ad=True,
        has_night_consent=has_night_consent,
        settings=plan,
    )
    local = at.astimezone(ZoneInfo(zone)).time()
    assert plan.ends_at <= at < plan.ends_at + timedelta(days=1)
    assert (
        channel == "email"
        or (channel != "kakao" and has_night_consent)
        or time(8) <= local < (time(20, 50) if channel == "kakao" else time(21))
    )
    assert channel != "kakao" or time(8) <= at.astimezone(SEOUL).time() < time(20, 50)


@pytest.mark.parametrize(
    ("channel", "clock", "expected"),
    [
        ("kakao", "20:49:59", "1 20:49:59"),
        ("kakao", "20:50:00", "1 08:00:00"),
        ("sms", "20:59:59", "1 20:59:59"),
        ("sms", "21:00:00", "1 08:00:00"),
        ("push", "21:00:00", "1 08:00:00"),
        ("email", "21:00:00", "1 21:00:00"),
        ("sms", "07:59:59", "1 08:00:00"),
        ("kakao", "08:00:00", "1 08:00:00"),
    ],
)
def test_the_oracle_knows_the_edges_of_the_night(channel: str, clock: str, expected: str) -> None:
    at = planned_at(
        time.fromisoformat(clock),
        SEOUL,
        channel,
        is_ad=True,
        has_night_consent=False,
        settings=Settings(as_of=date(2026, 5, 31)),
    )
    assert at.astimezone(SEOUL).strftime("%-d %H:%M:%S") == expected
