"""Arms and hold-outs over 12,000 made-up people: as many as set, always the same, never written to.

Arms hang on a hash of the person alone, so that nothing else about the people matters here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from ledger_shop import CAMPAIGNS, SHOPS, built_shop, make_shop, signs_of, words_of
from tiny_shop import write_shop
from warehouse import Build, Once, build, build_once

LEAST = 500
"""A share or a table of fewer people says little: 10 % twice over is a cell of five."""
NEWCOMERS = 500

GLOBAL = "the shop"
ARMS = "select campaign_id, customer_id, arm from audiences.campaign_arms where decided_by = 'hash'"
KEPT = (
    "select customer_id, bool_or(is_in_global_holdout) from audiences.campaign_checks"
    " group by customer_id"
)

Arms = dict[str, dict[str, str]]
"""Arm by campaign and person; of the shop as a whole too, under its own name."""


@pytest.fixture(scope="module")
def builds(once: Once) -> list[Build]:
    """The builds of all shops."""
    return [built_shop(once, name) for name in SHOPS]


@pytest.fixture(scope="module")
def next_day(once: Once) -> Build:
    """The first shop a day later, with more people and with its exports."""
    name, usual = next(iter(SHOPS.items()))
    later = replace(usual, as_of=usual.as_of + timedelta(days=1))
    return build_once(
        once,
        "ledger_next_day",
        lambda folder: build(
            write_shop(make_shop(name, NEWCOMERS), folder / "raw"),
            folder,
            select=["+campaign_checks", "+path:models/exports"],
            engine_threads=1,
            **later.variables(),
        ),
    )


def arms_of(builds: list[Build]) -> Arms:
    """Return the arms that the hash decided, those of the global hold-out among them."""
    arms: Arms = defaultdict(dict)
    for one in builds:
        for campaign_id, customer_id, arm in one.rows(ARMS):
            arms[campaign_id][customer_id] = arm
        for customer_id, is_held_out in one.rows(KEPT):
            arms[GLOBAL][customer_id] = "control" if is_held_out else "reached"
    return arms


def is_share(count: int, of: int, share: float) -> bool:
    """Whether a count is within three standard errors of its share."""
    return abs(count - of * share) <= 3 * math.sqrt(of * share * (1 - share))


def test_as_many_are_held_out_as_set(builds: list[Build]) -> None:
    shares = {name: float(campaign.holdout_share) for name, campaign in CAMPAIGNS.items()}
    shares[GLOBAL] = next(iter(SHOPS.values())).global_holdout_share
    arms = {name: found for name, found in arms_of(builds).items() if len(found) >= LEAST}
    held_out = {name: Counter(found.values())["control"] for name, found in arms.items()}
    print({name: (count, len(arms[name])) for name, count in held_out.items()})
    assert len(arms[GLOBAL]) >= 10_000
    assert len(arms) >= 8
    assert {
        name: (count, len(arms[name]))
        for name, count in held_out.items()
        if not is_share(count, len(arms[name]), shares[name])
    } == {}


def test_the_variants_of_a_campaign_are_equally_likely(builds: list[Build]) -> None:
    checked = 0
    for name, found in arms_of(builds).items():
        counts = Counter(arm for arm in found.values() if arm not in ("control", "reached"))
        if len(counts) < 2 or counts.total() < LEAST:
            continue
        checked += 1
        assert sorted(counts) == sorted(CAMPAIGNS[name].variants)
        for arm, count in counts.items():
            assert is_share(count, counts.total(), 1 / len(counts)), (name, arm, counts)
    assert checked >= 2


def test_an_arm_says_nothing_about_the_arm_in_another_campaign(builds: list[Build]) -> None:
    p_values = {}
    for one, other in combinations(sorted(arms_of(builds).items()), 2):
        people = one[1].keys() & other[1].keys()
        table = Counter(
            (one[1][person] == "control", other[1][person] == "control") for person in people
        )
        if len(people) >= LEAST and len({row for row, _ in table}) > 1 < len({c for _, c in table}):
            p_values[one[0], other[0]] = p_value(table)
    print(len(p_values), "pairs, the smallest p-value is", min(p_values.values()))
    assert len(p_values) >= 20
    # one in a thousand that any pair is called dependent by chance
    assert {pair: p for pair, p in p_values.items() if p < 0.001 / len(p_values)} == {}


def p_value(table: Counter[tuple[bool, bool]]) -> float:
    """Return the p-value of Pearson's chi-square test on a table of two by two."""
    statistic = 0.0
    for row in (False, True):
        for column in (False, True):
            of_row = table[row, False] + table[row, True]
            of_column = table[False, column] + table[True, column]
            expected = of_row * of_column / table.total()
            statistic += (table[row, column] - expected) ** 2 / expected
    return math.erfc(math.sqrt(statistic / 2))


def test_people_keep_their_arms_when_others_come_and_days_pass(
    builds: list[Build], next_day: Build
) -> None:
    before, after = arms_of(builds[:1]), arms_of([next_day])
    both = {
        (campaign, person)
        for campaign in before.keys() & after.keys()
        for person in before[campaign].keys() & after[campaign].keys()
    }
    assert len(both) > 5_000
    assert len(after[GLOBAL].keys() - before[GLOBAL].keys()) > NEWCOMERS // 2
    assert {pair for pair in both if before[pair[0]][pair[1]] != after[pair[0]][pair[1]]} == set()


def test_nobody_held_out_is_a_recipient(builds: list[Build], next_day: Build) -> None:
    for one in [*builds, next_day]:
        for table in ("campaign_recipients", "campaign_messages"):
            if f"audiences.{table}" not in one.tables():
                continue
            held_out = one.rows(
                f"""
                select messages.campaign_id, messages.customer_id
                from audiences.{table} as messages
                inner join audiences.campaign_checks as checks
                    on messages.campaign_id = checks.campaign_id
                    and messages.customer_id = checks.customer_id
                where messages.is_ad and (checks.arm = 'control' or checks.is_in_global_holdout)
                """
            )
            assert held_out == [], table


def test_nobody_held_out_of_all_campaigns_is_in_a_file(next_day: Build) -> None:
    reached: dict[str, bool] = defaultdict(bool)
    for customer_id, may_be_reached in next_day.rows(
        "select customer_id, not is_ad or (arm <> 'control' and not is_in_global_holdout)"
        " from audiences.campaign_checks"
    ):
        reached[customer_id] |= may_be_reached
    held_out = {customer_id for customer_id, is_reached in reached.items() if not is_reached}
    assert len(held_out) > 100
    name = next(iter(SHOPS))
    person_of = dict(
        next_day.rows(
            "select identifier, customer_id from intermediate.int_identities"
            " where identifier_type = 'customer_id'"
        )
    )
    owners: dict[str, set[str]] = defaultdict(set)
    for row in make_shop(name, NEWCOMERS)["customers"]:
        signs_of_row = signs_of(row["customer_id"], row["email"], row["phone"])
        for sign in (*signs_of_row, f"token-{row['customer_id']}"):
            owners[sign].add(person_of[row["customer_id"]])
    # an address that others share may be written to, to them
    signs = {sign: people for sign, people in owners.items() if people <= held_out}
    exports = next_day.tables(["exports"])
    assert len(exports) == 14
    rows = 0
    for table in exports:
        for values in next_day.rows(f"select * from {table}"):
            rows += 1
            text = " ".join(str(value) for value in values if value is not None)
            found = signs.keys() & words_of(text)
            assert not found, (table, {sign: signs[sign] for sign in found}, values)
    assert rows > 1_000
