"""What must not change when a shop's files change in ways that mean nothing, or one known thing.

Each property builds a small made-up shop twice, once as it is and once changed, and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tiny_shop import (
    AS_OF,
    CHANNELS,
    LAST_MOMENT,
    Shop,
    make_shop,
    scale_shop,
    shift_shop,
    shuffle_shop,
    write_shop,
)
from warehouse import CAMPAIGNS, Build, build

# One worker for all, so that the properties share the builds of unchanged shops.

seeds = st.sampled_from((1, 2, 3))
few_builds = settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""A build takes seconds: few examples, always the same, and no search for smaller ones."""

Builder = Callable[..., Build]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Build a shop, in a folder of its own; choices and variables as in `build`."""
    root = tmp_path_factory.mktemp("properties")
    numbers = count()

    def make(shop: Shop, copies: int = 1, **choices: Any) -> Build:
        folder = root / str(next(numbers))
        raw = write_shop(shop, folder / "raw", copies)
        made = build(raw, folder, engine_threads=1, **{"as_of": AS_OF, **choices})
        assert made.is_green, made.messages
        return made

    return make


@pytest.fixture(scope="module")
def unchanged(built: Builder) -> Callable[[int], Build]:
    """Build the shop of a seed as it is, once."""
    return cache(lambda seed: built(make_shop(seed)))


# Who is in an audience, without the texts for the template.
MEMBERS = (
    "select campaign_id, customer_id, trigger_key, triggered_at from audiences.campaign_members"
)


@few_builds
@given(seed=seeds, order=st.integers(0, 1000))
def test_the_order_of_rows_and_columns_changes_nothing(
    seed: int, order: int, built: Builder, unchanged: Callable[[int], Build]
) -> None:
    # campaigns: test_determinism.py shuffles the sample, which has more of them
    one = unchanged(seed)
    other = built(shuffle_shop(make_shop(seed), order), exclude=CAMPAIGNS)
    found = other.hashes()
    # where a rejected row stood in its file, and its text, are those of the file
    del found["quality.rejected_rows"]
    assert len(found) > 10
    assert found.items() <= one.hashes().items()
    reasons = "select table_name, row_key, file, reason from quality.rejected_rows order by all"
    assert other.rows(reasons) == one.rows(reasons)


@few_builds
@given(seed=seeds, copies=st.integers(2, 3))
def test_a_file_delivered_again_changes_nothing_and_is_counted(
    seed: int, copies: int, built: Builder, unchanged: Callable[[int], Build]
) -> None:
    one = unchanged(seed)
    # staging keeps one of each row, for campaigns as for marts
    again = built(make_shop(seed), copies=copies, exclude=CAMPAIGNS)
    tables = set(again.tables(("staging",))) - {
        *("staging.stg_deliveries", "staging.stg_rejected_rows"),
        *("staging.stg_events", "staging.stg_event_files", "staging.stg_postponed_events"),
    }
    uncounted = {"staging.stg_unreadable_opt_outs"}
    counted = {table: ["duplicate_count"] for table in tables - uncounted}
    found = again.hashes(("staging", "marts"), counted)
    expected = one.hashes(("staging", "marts"), counted)
    assert {table: found[table] for table in tables} == {table: expected[table] for table in tables}
    assert again.hashes(("marts",)).items() <= expected.items()
    events = "select * exclude (duplicate_count) from intermediate.int_events order by all"
    assert again.rows(events) == one.rows(events)
    counts = (
        "select table_name, rows_read, rows_accepted, rows_rejected, rows_duplicate,"
        " (select count(*) from quality.rejected_rows"
        "  where table_name = data_quality.table_name and file is not null)"
        " from quality.data_quality order by 1"
    )
    for before, after in zip(one.rows(counts), again.rows(counts), strict=True):
        name, read, accepted, rejected, duplicate, unreadable = after
        assert read == copies * before[1], name
        assert accepted == before[2], name
        assert duplicate == (copies - 1) * (before[1] - before[5]), name
        assert unreadable == copies * before[5], name
        assert accepted + rejected + duplicate == read, name


# Values that hang on days alone. Left out is what hangs on calendar months (rfm_history, cohorts,
# lifecycle states, when a segment changed) or on birthdays, seasons and holidays (most campaigns),
# hashes of times (session_id), and texts with a date.
# A day is a day in Asia/Seoul, which has no daylight saving time.
OF_DAYS = {
    "orders": "select order_id, customer_id, ordered_at, order_date, is_valid, order_number,"
    " net_revenue, days_since_previous_order from marts.orders",
    "scores": "select customer_id, as_of_date, recency_days, frequency, monetary, rfm_code,"
    " segment_code from marts.rfm_scores",
    "segments": "select customer_id, segment_code from marts.customer_segments",
    "journey": "select * exclude (lifecycle_state) from marts.journey_stages",
    "sessions": "select * exclude (session_id) from marts.sessions",
    "people": "select * from marts.customer_identities",
    "members": "select campaign_id, customer_id, triggered_at from audiences.campaign_members"
    " where campaign_id in ('cart_abandonment', 'second_purchase', 'back_in_stock')",
}


@few_builds
@given(seed=seeds, days=st.integers(-1500, 1500).filter(bool))
def test_a_shop_moved_in_time_by_whole_days_is_the_same_shop(
    seed: int, days: int, built: Builder, unchanged: Callable[[int], Build]
) -> None:
    # days of birth stay: within 1,500 days nobody of the shop turns 14
    as_of = date.fromisoformat(AS_OF) + timedelta(days=days)
    one = unchanged(seed)
    moved = built(shift_shop(make_shop(seed), days), as_of=as_of.isoformat())
    for name, query in OF_DAYS.items():
        back = [
            tuple(
                value - timedelta(days=days) if isinstance(value, date) else value for value in row
            )
            for row in moved.rows(query)
        ]
        assert sorted(back, key=repr) == sorted(one.rows(query), key=repr), name


@few_builds
@given(seed=seeds, factor=st.sampled_from((2, 3, 7, 1000)))
def test_money_times_a_factor_scales_amounts_and_moves_nobody(
    seed: int, factor: int, built: Builder, unchanged: Callable[[int], Build]
) -> None:
    one, scaled = unchanged(seed), built(scale_shop(make_shop(seed), factor))
    for amount, table in (
        ("order_id, net_revenue", "marts.orders"),
        ("customer_id, net_revenue", "marts.customers"),
        ("customer_id, monetary", "marts.rfm_scores"),
        ("product_id, current_price", "marts.products"),
        ("customer_id, window_net_revenue", "marts.customer_value"),
    ):
        expected = {
            key: value if value is None else value * factor
            for key, value in one.rows(f"select {amount} from {table}")
        }
        assert dict(scaled.rows(f"select {amount} from {table}")) == expected, table
    # grades have bounds of their own, so not everybody gets a message in both
    profile = "select external_id, net_revenue from exports.export_braze"
    before, after = dict(one.rows(profile)), dict(scaled.rows(profile))
    shared = before.keys() & after.keys()
    assert shared
    assert {key: after[key] for key in shared} == {key: before[key] * factor for key in shared}
    for query in (
        "select * exclude (monetary) from marts.rfm_scores order by all",
        "select * exclude (monetary) from marts.rfm_history order by all",
        "select * from marts.rfm_migrations order by all",
        "select * from marts.customer_segments order by all",
        "select * from marts.journey_stages order by all",
        "select * exclude (average_repeat_spend, window_net_revenue) from marts.customer_value"
        " order by all",
        # bounds of grades and the least amount of a coupon are amounts of their own
        f"{MEMBERS} where campaign_id not in ('grade_upgrade', 'price_hesitant_coupon')"
        " order by all",
    ):
        assert scaled.rows(query) == one.rows(query), query


@settings(few_builds, max_examples=4)
@given(
    seed=seeds,
    place=st.integers(0, 1000),
    channel=st.sampled_from((*CHANNELS, "all")),
    is_suppressed=st.booleans(),
)
def test_an_opt_out_takes_one_person_off_that_channel_and_changes_nobody_else(
    seed: int,
    place: int,
    channel: str,
    is_suppressed: bool,
    built: Builder,
    unchanged: Callable[[int], Build],
) -> None:
    one = unchanged(seed)
    members = [
        row[0] for row in one.rows("select distinct customer_id from audiences.campaign_members")
    ]
    person = sorted(members)[place % len(members)]
    shop = make_shop(seed)
    moment = LAST_MOMENT.isoformat()
    if is_suppressed:
        shop["suppressions"].append(
            {"contact": person, "channel": channel, "reason": "manual", "suppressed_at": moment}
        )
    else:
        shop["consents"].append(
            {
                "customer_id": person,
                "channel": channel,
                "purpose": "marketing",
                "is_granted": "false",
                "changed_at": moment,
            }
        )
    other = built(shop)
    marts = {name: found for name, found in one.hashes(("marts",)).items() if "consent" not in name}
    assert marts.items() <= other.hashes(("marts",)).items()

    before, after = set(one.rows(MEMBERS)), set(other.rows(MEMBERS))
    assert after <= before, "somebody was added to an audience"
    left = {(row[0], row[1]) for row in before - after}
    assert left <= {("consent_reconfirm", person)}, "an opt-out ends no audience but the notice"

    for table in ("campaign_eligibility", "campaign_recipients"):
        query = f"select * from audiences.{table} where customer_id <> '{person}' order by all"
        assert other.rows(query) == one.rows(query), f"{table} changed for somebody else"

    closed = CHANNELS if channel == "all" else (channel,)
    reasons = other.rows(
        "select eligibility.channel, reason_code, is_ad"
        " from audiences.campaign_eligibility as eligibility"
        " inner join reference.campaigns using (campaign_id)"
        f" where customer_id = '{person}'"
    )
    for served, reason, is_ad in reasons:
        if served in closed and (is_ad or is_suppressed):
            assert reason in BEFORE_CONSENT, (served, reason)


BEFORE_CONSENT = {"erased", "under_age", "no_contact", "suppressed", "no_consent"}
"""Reasons that a row of a closed channel may have: the rules up to consent."""
